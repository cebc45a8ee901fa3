import { formatNumber, formatPercent } from '#lib/format/number.ts';
import type { Plan, PlanMetric } from '../../experiment.ts';

type Kind = PlanMetric['kind'];

/** A value of a metric: a share in percent, a mean as a number. */
export const level = (kind: Kind, value: number) =>
  kind === 'proportion' ? formatPercent(value, value < 0.1 ? 2 : 1) : formatNumber(value, 2);

/** A change of a metric: percentage points, or the metric's own unit. */
export const change = (kind: Kind, value: number) =>
  kind === 'proportion' ? `${formatNumber(value * 100, 2)} pp` : formatNumber(value, 2);

/** The smallest worthwhile effect of a plan in words. */
export function worthwhile(plan: Plan): string {
  const { smallest_effect: effect, effect_kind: measured, primary } = plan;
  if (effect === null || effect === undefined) return '';
  if (measured === 'relative') return `a change of ${formatPercent(effect)} of the control`;
  const kind = primary?.kind ?? 'proportion';
  if (measured === 'level') {
    return `${primary?.direction === 'down' ? 'at most' : 'at least'} ${level(kind, effect)}`;
  }
  return `a change of ${change(kind, effect)}`;
}
