import { expect, test } from 'vitest';
import type { Plan } from '../../experiment.ts';
import { changedParts } from './amended.ts';

test('only what changed is told', () => {
  const before = { population: 'All', duration_days: 14 } as Plan;
  const after = { population: 'All', duration_days: 28 } as Plan;
  expect(changedParts(before, after)).toEqual([{ name: 'duration days', before: '14', after: '28' }]);
});
