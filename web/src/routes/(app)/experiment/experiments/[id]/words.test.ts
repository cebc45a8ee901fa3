import { expect, test } from 'vitest';
import type { Plan } from '../../experiment.ts';
import { worthwhile } from './words.ts';

const primary = { name: 'kept', kind: 'proportion', direction: 'up' } as const;
const words = (plan: Partial<Plan>) => worthwhile({ primary, ...plan } as Plan);

test('what is worth acting on reads in the unit of its metric', () => {
  expect(words({ smallest_effect: null })).toBe('');
  expect(words({ smallest_effect: 0.01, effect_kind: 'absolute' })).toBe('a change of 1 pp');
  expect(words({ smallest_effect: 0.1, effect_kind: 'relative' })).toBe('a change of 10% of the control');
  expect(words({ smallest_effect: 0.6, effect_kind: 'level' })).toBe('at least 60%');
});
