import { expect, it } from 'vitest';
import { lensOf, weekName, weekOf } from './digest.ts';

it('takes from the address only what there is', () => {
  expect([lensOf('sales'), lensOf('gossip'), lensOf(null)]).toEqual(['sales', undefined, undefined]);
  expect([weekOf('running'), weekOf('next'), weekOf(null)]).toEqual(['running', 'last', 'last']);
});

it('names a week by its Monday, wherever the reader is', () => {
  expect(weekName({ week: '2026-03-02' })).toMatch(/Week of .*2.*/);
  expect(weekName({ week: '2026-03-02' })).not.toMatch(/\b1\b/);
});
