import type { Component } from 'svelte';
import Dices from '@lucide/svelte/icons/dices';
import Ear from '@lucide/svelte/icons/ear';
import Gauge from '@lucide/svelte/icons/gauge';
import Gavel from '@lucide/svelte/icons/gavel';
import Lightbulb from '@lucide/svelte/icons/lightbulb';
import FlaskConical from '@lucide/svelte/icons/flask-conical';
import House from '@lucide/svelte/icons/house';
import Megaphone from '@lucide/svelte/icons/megaphone';
import Settings from '@lucide/svelte/icons/settings';

export interface NavPage {
  title: string;
  href: string;
  /** The letter after `g` that goes here. */
  key?: string;
  /** Other words people may type in the palette. */
  also?: string;
  /** Folders of pages that belong to it although they stand elsewhere. */
  folders?: string[];
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
    pages: [
      { title: 'Inbox', href: '/listen/signals', key: 'i', also: 'signals feedback' },
      { title: 'Surveys', href: '/listen/surveys', key: 's', also: 'nps pmf forms questionnaires' },
      { title: 'Interviews', href: '/listen/interviews', key: 'n', also: 'transcripts conversations' },
      { title: 'People', href: '/listen/people', key: 'p', also: 'customers users contacts' },
      { title: 'Accounts', href: '/listen/accounts', key: 'a', also: 'companies revenue' },
      { title: 'Segments', href: '/listen/segments', also: 'groups rules' },
      { title: 'Events', href: '/listen/events', key: 'e', also: 'live stream tracking rejected' },
      {
        title: 'Sources and import',
        href: '/listen/sources',
        also: 'upload csv file',
        folders: ['/listen/imports'],
      },
    ],
  },
  {
    title: 'Understand',
    icon: Lightbulb,
    pages: [
      { title: 'Themes', href: '/understand/themes', key: 't', also: 'patterns problems trends' },
      { title: 'Insights', href: '/understand/insights', also: 'learned evidence tags' },
      { title: 'Codes', href: '/understand/codes', also: 'codebook coding highlights labels' },
      {
        title: 'Questions',
        href: '/understand/questions',
        key: 'q',
        also: 'trend funnel retention lifecycle stickiness paths adoption analytics',
      },
      { title: 'Metrics', href: '/understand/metrics', also: 'numbers nps pmf csat' },
      { title: 'Search', href: '/search', also: 'find everything' },
    ],
  },
  {
    title: 'Bet',
    icon: Dices,
    pages: [
      {
        title: 'Objectives',
        href: '/bet/objectives',
        key: 'j',
        also: 'opportunities tree',
        folders: ['/bet/opportunities'],
      },
      { title: 'Hypotheses', href: '/bet/hypotheses', key: 'y', also: 'beliefs evidence' },
      { title: 'Bets', href: '/bet/bets', key: 'b', also: 'board rank score' },
    ],
  },
  {
    title: 'Experiment',
    icon: FlaskConical,
    pages: [{ title: 'Experiments', href: '/experiment/experiments', key: 'x', also: 'tests plans results' }],
  },
  {
    title: 'Decide',
    icon: Gavel,
    pages: [
      { title: 'Decisions', href: '/decide/decisions', key: 'd', also: 'verdict log' },
      { title: 'Actions', href: '/decide/actions', key: 'k', also: 'tasks to do overdue' },
      { title: 'Rules', href: '/decide/rules', key: 'r', also: 'threshold firing alarm' },
      { title: 'Reviews', href: '/decide/reviews', key: 'w', also: 'weekly agenda minutes' },
    ],
  },
  {
    title: 'Share',
    icon: Megaphone,
    pages: [
      { title: 'Outcomes', href: '/share/outcomes', key: 'o', also: 'publish results learned' },
      { title: 'Critiques', href: '/share/critiques', also: 'objections moderation' },
      { title: 'Digest', href: '/share/digest', also: 'weekly summary mail feed lens' },
    ],
  },
  {
    title: 'Measure',
    icon: Gauge,
    pages: [
      {
        title: 'Learning',
        href: '/measure/learning',
        key: 'm',
        also: 'time to validated learning nps pmf calibration',
      },
    ],
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
      { title: 'Sending events', href: '/settings/capture', also: 'capture keys sdk posthog segment' },
      { title: 'Audit log', href: '/settings/audit', also: 'history changes' },
      { title: 'Jobs', href: '/settings/jobs', also: 'background work queue' },
      { title: 'Outbox', href: '/settings/outbox', also: 'mail messages smtp' },
    ],
  },
];

export const navPages = (sections: NavSection[] = nav) => sections.flatMap((section) => section.pages);

/** The page an address belongs to: the longest entry that is the path or a folder above it. */
export function activePage(pathname: string, sections: NavSection[] = nav): NavPage | undefined {
  const isIn = (folder: string) =>
    folder === '/' ? pathname === '/' : pathname === folder || pathname.startsWith(`${folder}/`);
  return navPages(sections)
    .filter(({ href, folders = [] }) => [href, ...folders].some(isIn))
    .sort((a, b) => b.href.length - a.href.length)[0];
}
