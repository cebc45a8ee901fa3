import { expect, test } from 'vitest';
import type { Plan } from '../../experiment.ts';
import { planOf, valuesOf } from './planValues.ts';

const metric = (name: string) => ({ name, kind: 'proportion', direction: 'up', metric_id: null }) as const;

test('a plan survives the form', () => {
  const plan: Plan = {
    population: 'New players',
    variants: [
      { name: 'control', weight: 1, description: '' },
      { name: 'treatment', weight: 1, description: '' },
    ],
    primary: metric('kept'),
    secondary: [metric('paid')],
    guardrails: [{ metric: metric('complaints'), limit: 0.01, limit_kind: 'relative' }],
    smallest_effect: 0.01,
    effect_kind: 'absolute',
    baseline: 0.2,
    baseline_sd: null,
    people_per_week: 1000,
    sample_size: 6000,
    duration_days: 14,
    confidence: 0.95,
    power: 0.8,
    sample_ratio_alpha: 0.01,
    decision_rule: { confirmed: 'Go', refuted: 'Stop', inconclusive: 'Think' },
  };
  expect(planOf(valuesOf(plan), plan)).toEqual(plan);
});
