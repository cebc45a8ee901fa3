import type { Plan, PlanMetric } from '../../experiment.ts';

/** A metric of the form: the first one decides, the others are watched or must not worsen. */
export interface MetricValues {
  name: string;
  kind: PlanMetric['kind'] | '';
  direction: PlanMetric['direction'] | '';
  metric_id: string | null;
  part: 'primary' | 'secondary' | 'guardrail' | '';
  limit: number | null;
}

export interface VariantValues {
  name: string;
  weight: number | null;
  description: string;
}

export type PlanValues = ReturnType<typeof valuesOf>;

const metricValues = (metric: PlanMetric, part: MetricValues['part'], limit: number | null = null) => ({
  name: metric.name,
  kind: metric.kind as MetricValues['kind'],
  direction: metric.direction as MetricValues['direction'],
  metric_id: metric.metric_id ?? null,
  part,
  limit,
});

/** A plan as the form shows it: one flat list of metrics. */
export function valuesOf(plan: Plan) {
  const metrics: MetricValues[] = [
    ...(plan.primary ? [metricValues(plan.primary, 'primary')] : []),
    ...(plan.secondary ?? []).map((metric) => metricValues(metric, 'secondary')),
    ...(plan.guardrails ?? []).map(({ metric, limit }) => metricValues(metric, 'guardrail', limit)),
  ];
  const variants: VariantValues[] = (plan.variants ?? []).map(({ name, weight = 1, description = '' }) => ({
    name,
    weight,
    description,
  }));
  return {
    population: plan.population ?? '',
    variants,
    metrics,
    smallest_effect: plan.smallest_effect ?? null,
    effect_kind: (plan.effect_kind ?? 'absolute') as NonNullable<Plan['effect_kind']> | '',
    baseline: plan.baseline ?? null,
    baseline_sd: plan.baseline_sd ?? null,
    people_per_week: plan.people_per_week ?? null,
    sample_size: plan.sample_size ?? null,
    duration_days: plan.duration_days ?? null,
    confirmed: plan.decision_rule?.confirmed ?? '',
    refuted: plan.decision_rule?.refuted ?? '',
    inconclusive: plan.decision_rule?.inconclusive ?? '',
  };
}

const metricOf = ({ name, kind, direction, metric_id }: MetricValues): PlanMetric => ({
  name,
  kind: kind || 'proportion',
  direction: direction || 'up',
  metric_id,
});

/** The plan that the form stands for; what it does not show comes from the plan before. */
export function planOf(values: PlanValues, before: Plan): Plan {
  const { confirmed, refuted, inconclusive, metrics, variants, effect_kind, ...numbers } = values;
  const primary = metrics.find(({ part }) => part === 'primary');
  const limitKind = (name: string) =>
    before.guardrails?.find(({ metric }) => metric.name === name)?.limit_kind ?? 'absolute';
  return {
    ...before,
    ...numbers,
    effect_kind: effect_kind || 'absolute',
    variants: variants.map((variant) => ({ ...variant, weight: variant.weight ?? 1 })),
    primary: primary ? metricOf(primary) : null,
    secondary: metrics.filter(({ part }) => part === 'secondary').map(metricOf),
    guardrails: metrics
      .filter(({ part }) => part === 'guardrail')
      .map((metric) => ({
        metric: metricOf(metric),
        limit: metric.limit ?? 0,
        limit_kind: limitKind(metric.name),
      })),
    decision_rule: { confirmed, refuted, inconclusive },
  };
}
