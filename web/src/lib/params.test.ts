import { expect, it } from 'vitest';
import { withParams } from './params.ts';

const url = { pathname: '/listen/signals', search: '?q=slow&tag=export' };

it('sets, keeps and removes parameters', () => {
  expect(withParams(url, { q: 'fast' })).toBe('/listen/signals?q=fast&tag=export');
  expect(withParams(url, { q: null, tag: '' })).toBe('/listen/signals');
  expect(withParams(url, { open: 'a b' })).toBe('/listen/signals?q=slow&tag=export&open=a+b');
});
