/**
 * Tells Heedful what people do in a web page.
 *
 * ```ts
 * import { init } from '@heedful/browser';
 *
 * const heedful = init({ key: 'hck_…', host: 'https://heedful.example.com' });
 * heedful.capture('quote sent', { amount: 250 });
 * heedful.identify('user-1', { email: 'ada@example.com', plan: 'team' });
 * ```
 */

import { Heedful } from './heedful.ts';
import type { Options } from './options.ts';

export { Heedful };
export type { Options, Properties } from './options.ts';

/** Begins to tell. */
export function init(options: Options): Heedful {
  return new Heedful(options);
}
