import { expect, test } from 'vitest';
import type { Plan } from '../../experiment.ts';
import { cellsOf, sumsOf } from './counts.ts';

const plan = {
  variants: [{ name: 'a' }, { name: 'b' }],
  primary: { name: 'kept', kind: 'proportion', direction: 'up' },
  secondary: [{ name: 'rounds', kind: 'mean', direction: 'up' }],
} as Plan;

const sum = (variant: string, metric: string, n: number, total: number, total_squares: number) => ({
  variant,
  metric,
  n,
  total,
  total_squares,
  updated_at: '',
});

test('sums become what people typed, and go back as such', () => {
  const cells = cellsOf(plan, [sum('a', 'kept', 10, 4, 4), sum('b', 'rounds', 10, 50, 286)]);
  expect(cells).toHaveLength(4);
  expect(sumsOf(cells)).toEqual([
    { variant: 'a', metric: 'kept', n: 10, successes: 4 },
    { variant: 'b', metric: 'rounds', n: 10, mean: 5, sd: 2 },
  ]);
});
