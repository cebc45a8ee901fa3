import type { Properties } from './options.ts';

const CAMPAIGN = /^utm_|^(gclid|fbclid|msclkid)$/;
/** Without a deed for so long, the next one begins another session. */
export const SESSION_MS = 30 * 60_000;

/** Where somebody is, without what may be secret: of the query only what names a campaign is told. */
export function whereabouts(): Properties {
  const { origin, pathname, search } = location;
  const told: Properties = {
    $current_url: origin + pathname,
    $pathname: pathname,
    title: document.title,
    $screen_width: screen.width,
    $viewport_width: innerWidth,
    $locale: navigator.language,
    $timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
  const referrer = document.referrer.split('?')[0];
  if (referrer) told['$referrer'] = referrer;
  new URLSearchParams(search).forEach((value, name) => {
    if (CAMPAIGN.test(name)) told[name] = value;
  });
  return told;
}

/** Calls back when the address of a page that does not load anew changes its path. */
export function onNavigation(changed: () => void): void {
  let path = location.pathname;
  const look = () => {
    if (location.pathname === path) return;
    path = location.pathname;
    changed();
  };
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name];
    history[name] = function (...args) {
      original.apply(this, args);
      look();
    };
  }
  addEventListener('popstate', look);
}
