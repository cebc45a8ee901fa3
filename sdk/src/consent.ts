import { recall, remember } from './store.ts';

/** Kept apart from the rest: a no must outlast the forgetting of everything else. */
const NAME = 'consent';

/** What the person said, if anything: true is a yes. */
export function consent(): boolean | undefined {
  const said = recall(NAME);
  return typeof said === 'boolean' ? said : undefined;
}

export function sayConsent(isGiven: boolean): void {
  remember(NAME, isGiven);
}

/** Whether the browser says for its owner that nobody wants to be followed: Global Privacy Control, or Do Not Track. */
export function asksForPrivacy(): boolean {
  const browser = navigator as Navigator & { globalPrivacyControl?: boolean };
  return browser.globalPrivacyControl === true || navigator.doNotTrack === '1';
}
