import { expect, it } from 'vitest';
import { activePage, nav, navPages } from './nav.ts';

it('finds the page of a detail address', () => {
  expect(activePage('/listen/signals/0198')?.title).toBe('Inbox');
  expect(activePage('/bet/opportunities/0198')?.title).toBe('Objectives');
  expect(activePage('/')?.title).toBe('This week');
  expect(activePage('/nowhere')).toBeUndefined();
});

it('gives every key to one page only', () => {
  const keys = navPages().flatMap((page) => page.key ?? []);
  expect(new Set(keys).size).toBe(keys.length);
  expect(nav.length).toBeGreaterThan(0);
});
