import { expect, test } from 'vitest';
import { mappingOf, valuesOf } from './mapping.ts';

test('what was not chosen is not sent', () => {
  const values = valuesOf({ unit: 'id', variant: 'group', metrics: { kept: 'kept' } });
  values.metrics.rounds = '';
  values.variants.A = 'control';
  expect(mappingOf(values)).toEqual({
    unit: 'id',
    variant: 'group',
    metrics: { kept: 'kept' },
    variants: { A: 'control' },
  });
});
