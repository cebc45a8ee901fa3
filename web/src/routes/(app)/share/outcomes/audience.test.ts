import { expect, it } from 'vitest';
import { mayShow } from './audience.ts';

it.each([
  ['team', 'team', true],
  ['link', 'team', false],
  ['link', 'link', true],
  ['public', 'link', false],
  ['public', 'public', true],
  ['unheard-of', 'link', false],
])('shows %s words that may go to %s: %s', (audience, consent, expected) => {
  expect(mayShow(audience, consent)).toBe(expected);
});
