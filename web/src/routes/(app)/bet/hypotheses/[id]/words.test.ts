import { expect, test } from 'vitest';
import { effectWords } from './words.ts';

test('the smallest worthwhile effect reads as a change', () => {
  expect(effectWords({ smallest_effect: null, effect_kind: 'absolute' })).toBe('');
  expect(effectWords({ smallest_effect: 0.05, effect_kind: 'absolute' })).toBe('A change of 0.05');
  expect(effectWords({ smallest_effect: 0.1, effect_kind: 'relative' })).toBe('A change of 10% of today');
});
