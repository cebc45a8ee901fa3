import { formatNumber, formatPercent } from '#lib/format/number.ts';
import type { Hypothesis } from '../../bet.ts';

/** The smallest worthwhile effect in words: "a change of 0.05", "a change of 10% of today". */
export function effectWords({
  smallest_effect: effect,
  effect_kind: kind,
}: Pick<Hypothesis, 'smallest_effect' | 'effect_kind'>): string {
  if (effect === null || effect === undefined) return '';
  return kind === 'relative'
    ? `A change of ${formatPercent(effect)} of today`
    : `A change of ${formatNumber(effect, 4)}`;
}
