import { dayIn, startOfDay } from '#lib/format/time.ts';
import type { Hypothesis, HypothesisPatch, Strength } from '../../bet.ts';

export const EFFECT_KINDS = [
  { value: 'absolute', label: 'In its own unit' },
  { value: 'relative', label: 'As a share of today' },
] as const;

/** A hypothesis as a form shows it: flat, with days instead of instants. */
export function valuesOf(hypothesis: Hypothesis, timeZone: string) {
  const { title, population, change, mechanism, decision_rule: rule } = hypothesis;
  return {
    title,
    population,
    change,
    mechanism,
    confirmed: rule.confirmed ?? '',
    refuted: rule.refuted ?? '',
    inconclusive: rule.inconclusive ?? '',
    smallest_effect: hypothesis.smallest_effect ?? null,
    effect_kind: hypothesis.effect_kind as Hypothesis['effect_kind'] | '',
    required_strength: hypothesis.required_strength as Strength | '',
    expires: hypothesis.expires_at ? dayIn(hypothesis.expires_at, timeZone) : '',
    state: hypothesis.state as Hypothesis['state'] | '',
  };
}

export function patchOf(values: ReturnType<typeof valuesOf>, timeZone: string): HypothesisPatch {
  const { confirmed, refuted, inconclusive, expires, effect_kind, required_strength, state, ...rest } =
    values;
  return {
    ...rest,
    decision_rule: { confirmed, refuted, inconclusive },
    expires_at: expires ? startOfDay(expires, timeZone) : null,
    effect_kind: effect_kind || undefined,
    required_strength: required_strength || undefined,
    state: state || undefined,
  };
}
