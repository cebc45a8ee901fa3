import { expect, it } from 'vitest';
import { intervalShape, intervalTable, type Estimate } from './interval.ts';

const row = (estimate: number | null, low?: number, high?: number): Estimate => ({
  key: 'm',
  label: 'Sign-ups',
  estimate,
  low,
  high,
  reason: estimate === null ? 'Nobody was exposed.' : undefined,
});

it.each([
  [row(3, 2, 4), 'up', 1, 'better'],
  [row(1, 0.2, 1.8), 'up', 1, 'unclear'],
  [row(0.3, 0.1, 0.5), 'up', 1, 'too_small'],
  [row(-1, -2, -0.5), 'up', 1, 'worse'],
  [row(-3, -4, -2), 'down', 1, 'better'],
  [row(1, -1, 3), 'up', 0, 'unclear'],
  [row(null), 'up', 1, 'none'],
] as const)('%j, good is %s, at least %d: %s', (estimate, good, smallest, verdict) => {
  expect(intervalShape([estimate], { good, smallest }).rows[0]?.verdict).toBe(verdict);
});

it('keeps zero and the smallest worthwhile effect in view', () => {
  const { domain, smallest } = intervalShape([row(-3, -4, -2)], { good: 'down', smallest: 5 });
  expect(smallest).toBe(-5);
  expect(domain[0]).toBeLessThan(-5);
  expect(domain[1]).toBeGreaterThan(0);
});

it('says why there is no estimate', () => {
  expect(intervalTable(intervalShape([row(null)])).rows[0]).toEqual([
    'Sign-ups',
    '–',
    '–',
    '–',
    'Nobody was exposed.',
  ]);
});
