import { call, type Schemas } from '#lib/api/client.ts';
import { formatInterval, plural } from '#lib/format/number.ts';
import { formatDate } from '#lib/format/time.ts';
import { api } from '#lib/session.svelte.ts';

export type Figure = Schemas['Figure'];
export type Learning = Schemas['LearningOut'];
export type Scores = Schemas['ScoresOut'];

const DAY_MS = 86_400_000;

/** How far back the page can look; longer periods have more numbers than a picture can hold. */
export const PERIODS = [
  { value: '91', label: '3 months' },
  { value: '182', label: '6 months' },
  { value: '365', label: '1 year' },
  { value: '730', label: '2 years' },
] as const;

export type PeriodDays = (typeof PERIODS)[number]['value'];

export const periodOf = (text: string | null): PeriodDays =>
  PERIODS.find(({ value }) => value === text)?.value ?? '182';

const since = (days: PeriodDays, now: number) => new Date(now - Number(days) * DAY_MS).toISOString();

export const measureLearning = (days: PeriodDays, now = Date.now()) =>
  call(api.GET('/api/v1/measures', { params: { query: { from: since(days, now) } } }));

export const measureScores = (kind: 'nps' | 'pmf', days: PeriodDays, now = Date.now()) =>
  call(
    api.GET('/api/v1/measures/scores', {
      params: { query: { kind, interval: 'month', from: since(days, now) } },
    }),
  );

export const intervalOf = ({ low, high }: Figure): [number, number] | null =>
  typeof low === 'number' && typeof high === 'number' ? [low, high] : null;

/** A figure as one line: its value and interval, or why there is none. */
export function figureWords(figure: Figure, format: (n: number) => string): string {
  if (typeof figure.value !== 'number') return figure.reason ?? 'Not enough data yet.';
  const interval = intervalOf(figure);
  const value = format(figure.value).replace('-', '−');
  return interval ? `${value} (${formatInterval(...interval, format)})` : value;
}

export const basis = ({ n }: Figure, one: string) => `From ${plural(n, one)}.`;

export const STAGES = [
  ['hearing', 'Hearing', 'From the earliest signal to the first evidence linked.'],
  ['betting', 'Betting', 'From the first evidence linked to the start of the test.'],
  ['testing', 'Testing', 'From the start of the test to its end.'],
  ['deciding', 'Deciding', 'From the end of the test, or the firing of the rule, to the verdict.'],
] as const;

/** The stages as rows for bars: those without an estimate have a reason instead of a length. */
export function stageRows(ways: Learning['time_to_learning']) {
  const rows = STAGES.map(([key, label, meaning]) => ({ key, label, meaning, way: ways[key] }));
  const longest = Math.max(0, ...rows.map(({ way }) => way.p80_days.value ?? way.median_days.value ?? 0));
  const share = (days: number | null | undefined) => (longest && days ? days / longest : 0);
  return rows.map((row) => ({
    ...row,
    median: share(row.way.median_days.value),
    p80: share(row.way.p80_days.value),
  }));
}

/** A calendar day in words; it is the same day in every zone. */
export const dayWords = (day: string) => formatDate(`${day}T12:00:00Z`, 'UTC');

/** Weeks as stacked columns, their heights as shares of the fullest week. */
export function weekColumns(weeks: Learning['throughput']) {
  const most = Math.max(1, ...weeks.map(({ n_conclusive, n_inconclusive }) => n_conclusive + n_inconclusive));
  return weeks.map(({ week, n_conclusive, n_inconclusive }) => ({
    week,
    conclusive: n_conclusive / most,
    inconclusive: n_inconclusive / most,
    words: `Week from ${dayWords(week)}: ${n_conclusive} conclusive, ${n_inconclusive} inconclusive`,
  }));
}
