import { goto } from '$app/navigation';
import { page } from '$app/state';
import { withParams } from './params.ts';

/**
 * Writes a page's state into its URL. Focus and scroll stay; `replace` keeps small steps, such as typing in a
 * search box, out of the history.
 */
export function setParams(changes: Record<string, string | null>, options: { replace?: boolean } = {}) {
  return goto(withParams(page.url, changes), { reset: false, replace: options.replace ?? false });
}
