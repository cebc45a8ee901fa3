import { expect, it } from 'vitest';
import { hrefOf, kindWords, stateOf, titleOf } from './kinds.ts';

it('says where an object is found', () => {
  expect(hrefOf('signal', '0198')).toBe('/listen/signals/0198');
  expect(hrefOf('rule', 'a&b')).toBe('/decide/rules?edit=a%26b');
  expect(hrefOf('highlight', '1')).toBeUndefined();
  expect(hrefOf('unheard-of', '1')).toBeUndefined();
});

it('never shows a code where words belong', () => {
  expect(kindWords('hypothesis', 2)).toBe('Hypotheses');
  expect(titleOf({ kind: 'review', title: 'weekly' })).toBe('Weekly review');
  expect(titleOf({ kind: 'person', title: '' })).toBe('Person without a name');
  expect(stateOf({ kind: 'metric', state: 'nps' })).toBeUndefined();
  expect(stateOf({ kind: 'bet', state: 'running' })).toEqual({ words: 'Running', tone: 'accent' });
});
