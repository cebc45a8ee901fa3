import type { Estimate } from '#lib/charts/interval.ts';
import type { Schemas } from '#lib/api/client.ts';
import type { ExperimentResult, Plan, PlanMetric } from '../../experiment.ts';
import { change } from './words.ts';

export interface Plot {
  title: string;
  estimates: Estimate[];
  smallest: number | null;
  good: 'up' | 'down';
  format: (n: number) => string;
}

function estimateOf(found: Schemas['VariantComparison'], among: number): Estimate {
  const { estimate, not_estimable: missing } = found.absolute;
  return {
    key: found.variant,
    label: among > 1 ? found.variant : `${found.variant} against ${found.control}`,
    estimate: estimate?.value ?? null,
    low: estimate?.low,
    high: estimate?.high,
    reason: missing?.sentence,
  };
}

const format = (kind: PlanMetric['kind']) => (n: number) => change(kind, n);

/** One plot per metric that was compared; the threshold belongs to the primary one. */
export function plots(result: ExperimentResult, plan: Plan): Plot[] {
  return result.metrics
    .filter(({ comparisons }) => comparisons.length > 0)
    .map((metric) => ({
      title: metric.name,
      estimates: metric.comparisons.map((found) => estimateOf(found, metric.comparisons.length)),
      smallest:
        metric.part === 'primary' && plan.effect_kind === 'absolute' ? (plan.smallest_effect ?? null) : null,
      good: metric.direction,
      format: format(metric.kind),
    }));
}
