import { expect, it } from 'vitest';
import { stepOf, valuesOf } from './nextStep.ts';

const step = { kind: 'fix_now', note: 'Soon', owner_id: 'u1', due_at: '2026-03-10T23:00:00.000Z' };

it('goes to the form and back without a loss', () => {
  const values = valuesOf(step, 'Europe/Berlin');
  expect(values).toEqual({ kind: 'fix_now', note: 'Soon', due: '2026-03-11' });
  expect(stepOf(values, step, 'Europe/Berlin')).toEqual(step);
});

it('is nothing without a kind', () => {
  expect(stepOf(valuesOf(null, 'UTC'), null, 'UTC')).toBeNull();
});
