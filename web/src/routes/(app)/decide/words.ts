import type { Rule } from './api.ts';

export const VERDICTS = [
  { value: 'persevere', label: 'Persevere', hint: 'It works: go on and finish.' },
  { value: 'pivot', label: 'Pivot', hint: 'The need is real, the way is wrong: change course.' },
  { value: 'stop', label: 'Stop', hint: 'Not worth it: undo and move on.' },
  { value: 'extend', label: 'Extend', hint: 'Cannot be told yet: keep the bet running.' },
] as const;

export const verdictWords = (verdict: string | null | undefined) =>
  VERDICTS.find(({ value }) => value === verdict)?.label ?? 'Open';

export const VERDICT_TONES: Record<string, 'positive' | 'warning' | 'negative' | 'info'> = {
  persevere: 'positive',
  pivot: 'warning',
  stop: 'negative',
  extend: 'info',
};

export const OPS = [
  { value: 'ge', label: 'at least' },
  { value: 'gt', label: 'more than' },
  { value: 'le', label: 'at most' },
  { value: 'lt', label: 'less than' },
] as const;

export const COUNTS = [
  { value: 'signals', label: 'Signals' },
  { value: 'people', label: 'People' },
  { value: 'accounts', label: 'Accounts' },
] as const;

/** "At least 10 accounts about Slow export within 30 days": a rule as people would say it. */
export function ruleWords(
  rule: Pick<Rule, 'kind' | 'op' | 'threshold' | 'count_of' | 'window_days' | 'about'>,
) {
  const op = OPS.find(({ value }) => value === rule.op)?.label ?? rule.op;
  const names = rule.about.map(({ title }) => title).join(', ');
  const window = rule.window_days ? ` within ${rule.window_days} days` : '';
  if (rule.kind === 'metric_threshold') return `${names} ${op} ${rule.threshold}${window}`;
  const words = `${op} ${rule.threshold} ${rule.count_of} about ${names}${window}`;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const OUTCOMES = [
  { value: 'noted', label: 'Just note it', key: 'n' },
  { value: 'action', label: 'Create an action', key: 'a' },
  { value: 'decision', label: 'Ask for a decision', key: 'd' },
  { value: 'next_step', label: 'Plan the next step', key: 's' },
  { value: 'skipped', label: 'Skip', key: 'x' },
] as const;

export type Outcome = (typeof OUTCOMES)[number]['value'];

export const outcomeWords: Record<string, string> = {
  noted: 'Noted',
  action: 'Action created',
  decision: 'Decision asked for',
  next_step: 'Next step planned',
  skipped: 'Skipped',
};

export const SECTIONS: Record<string, string> = {
  new_signals: 'New signals',
  themes: 'Themes on the move',
  rules: 'Rules that fired',
  tests: 'Tests without a decision',
  decisions: 'Decisions',
  actions: 'Overdue actions',
  expiring: 'About to expire',
  next_steps: 'Without a next step',
};
