import { expect, it } from 'vitest';
import { hitHref } from './hits.ts';

it('knows where a result lives, and leaves out what has no page', () => {
  expect(hitHref('signal', '0198')).toBe('/listen/signals/0198');
  expect(hitHref('unheard-of', '1')).toBeUndefined();
});
