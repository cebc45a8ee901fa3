import type { Component } from 'svelte';
import Ear from '@lucide/svelte/icons/ear';
import House from '@lucide/svelte/icons/house';
import Settings from '@lucide/svelte/icons/settings';

export interface NavPage {
  title: string;
  href: string;
  /** The letter after `g` that goes here. */
  key?: string;
  /** Other words people may type in the palette. */
  also?: string;
}

export interface NavSection {
  title: string;
  icon: Component;
  pages: NavPage[];
}

/** Every page of the app that stands on its own. A page is added here together with its route. */
export const nav: NavSection[] = [
  { title: 'This week', icon: House, pages: [{ title: 'This week', href: '/', key: 'h', also: 'home' }] },
  {
    title: 'Listen',
    icon: Ear,
    pages: [{ title: 'Inbox', href: '/listen/signals', key: 'i', also: 'signals feedback' }],
  },
  {
    title: 'Settings',
    icon: Settings,
    pages: [
      { title: 'Your account', href: '/settings/account', also: 'profile theme password name' },
      { title: 'Sessions', href: '/settings/sessions', also: 'devices sign out' },
      { title: 'Workspace', href: '/settings/workspace', also: 'name time zone currency' },
      { title: 'Members', href: '/settings/members', also: 'people team invite roles' },
      { title: 'API tokens', href: '/settings/tokens', also: 'keys access' },
      { title: 'Audit log', href: '/settings/audit', also: 'history changes' },
      { title: 'Jobs', href: '/settings/jobs', also: 'background work queue' },
      { title: 'Outbox', href: '/settings/outbox', also: 'mail messages smtp' },
    ],
  },
];

export const navPages = (sections: NavSection[] = nav) => sections.flatMap((section) => section.pages);

/** The page an address belongs to: the longest entry that is the path or a folder above it. */
export function activePage(pathname: string, sections: NavSection[] = nav): NavPage | undefined {
  return navPages(sections)
    .filter(({ href }) =>
      href === '/' ? pathname === '/' : pathname === href || pathname.startsWith(`${href}/`),
    )
    .sort((a, b) => b.href.length - a.href.length)[0];
}
