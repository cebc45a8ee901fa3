import type { Schemas } from '#lib/api/client.ts';
import type { ExperimentData, Plan, PlanMetric } from '../../experiment.ts';

/** One group and metric of the form, as people type it. */
export interface CountCell {
  variant: string;
  metric: string;
  kind: PlanMetric['kind'];
  n: number | null;
  successes: number | null;
  mean: number | null;
  sd: number | null;
}

export const metricsOf = (plan: Plan): PlanMetric[] => [
  ...(plan.primary ? [plan.primary] : []),
  ...(plan.secondary ?? []),
  ...(plan.guardrails ?? []).map(({ metric }) => metric),
];

/** A row per metric and group, filled with what is known. */
export function cellsOf(plan: Plan, sums: ExperimentData['sums']): CountCell[] {
  return metricsOf(plan).flatMap(({ name: metric, kind }) =>
    (plan.variants ?? []).map(({ name: variant }) => {
      const known = sums.find((sum) => sum.variant === variant && sum.metric === metric);
      const empty = { variant, metric, kind, n: null, successes: null, mean: null, sd: null };
      if (!known?.n) return empty;
      const { n, total, total_squares: squares } = known;
      if (kind === 'proportion') return { ...empty, n, successes: total };
      const mean = total / n;
      const sd = n > 1 ? Math.sqrt(Math.max(0, squares - n * mean * mean) / (n - 1)) : 0;
      return { ...empty, n, mean, sd };
    }),
  );
}

/** What goes to the server: rows without people are left out. */
export function sumsOf(cells: CountCell[]): Schemas['SumIn'][] {
  return cells
    .filter((cell): cell is CountCell & { n: number } => cell.n !== null)
    .map(({ variant, metric, kind, n, successes, mean, sd }) =>
      kind === 'proportion' ? { variant, metric, n, successes } : { variant, metric, n, mean, sd },
    );
}
