import { expect, it } from 'vitest';
import { rank, score } from './rank.ts';

it.each([
  ['inbox', 'Inbox', '', 100],
  ['inb', 'Inbox', '', 80],
  ['feed', 'Inbox', 'signals feedback', 60],
  ['box', 'Inbox', '', 40],
  ['ibx', 'Inbox', '', 10],
  ['zzz', 'Inbox', '', 0],
  ['', 'Inbox', '', 1],
])('score(%j, %j) with %j is %d', (query, title, also, expected) => {
  expect(score(query, title, also)).toBe(expected);
});

it('ranks better matches first and drops the rest', () => {
  const items = [{ title: 'Sign out' }, { title: 'Design' }, { title: 'Inbox' }];
  expect(rank('sign', items).map((i) => i.title)).toEqual(['Sign out', 'Design']);
});
