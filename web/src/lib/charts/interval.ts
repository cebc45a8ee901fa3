import { padded, type ChartTable } from './types.ts';

export interface Estimate {
  key: string;
  label: string;
  /** Null when nothing can be estimated; `reason` then says why. */
  estimate: number | null;
  low?: number | null;
  high?: number | null;
  reason?: string;
}

export interface IntervalOptions {
  /** The smallest effect worth having, in the direction that is wanted. */
  smallest?: number | null;
  /** Which way is good; without it no row is called better or worse. */
  good?: 'up' | 'down';
}

export type Verdict = 'better' | 'worse' | 'too_small' | 'unclear' | 'none';

export interface IntervalRow {
  key: string;
  label: string;
  verdict: Verdict;
  words: string;
  reason?: string;
  shape: { estimate: number; low: number; high: number } | null;
}

export interface IntervalShape {
  rows: IntervalRow[];
  domain: [number, number];
  /** The smallest worthwhile effect with its sign, as a line to draw. */
  smallest: number | null;
}

const WORDS: Record<Verdict, string> = {
  better: 'better',
  worse: 'worse',
  too_small: 'too small to matter',
  unclear: 'not clear yet',
  none: 'not estimable',
};

/** Rows of a forest plot: the zero line and the smallest worthwhile effect are always in view. */
export function intervalShape(estimates: Estimate[], options: IntervalOptions = {}): IntervalShape {
  const sign = options.good === 'down' ? -1 : 1;
  const smallest = options.smallest ? Math.abs(options.smallest) * sign : null;
  const rows = estimates.map((row) => rowOf(row, sign, smallest, options.good !== undefined));
  const marks = rows.flatMap(({ shape }) => (shape ? [shape.low, shape.high, shape.estimate] : []));
  const all = [0, ...marks, ...(smallest === null ? [] : [smallest])];
  return { rows, smallest, domain: padded(Math.min(...all), Math.max(...all)) };
}

function rowOf(row: Estimate, sign: number, smallest: number | null, judged: boolean): IntervalRow {
  const { key, label, estimate, low, high, reason } = row;
  if (estimate === null || low === null || high === null || low === undefined || high === undefined) {
    return { key, label, verdict: 'none', words: reason ?? WORDS.none, reason, shape: null };
  }
  const verdict = judged ? judge(low * sign, high * sign, Math.abs(smallest ?? 0)) : 'unclear';
  return { key, label, verdict, words: judged ? WORDS[verdict] : '', shape: { estimate, low, high } };
}

/** With effects turned so that up is good. */
function judge(a: number, b: number, smallest: number): Verdict {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  if (high < 0) return 'worse';
  if (smallest > 0 && high < smallest) return 'too_small';
  return low > 0 && low >= smallest ? 'better' : 'unclear';
}

export function intervalTable(shape: IntervalShape): ChartTable {
  return {
    columns: ['What', 'Estimate', 'Low', 'High', 'Reading'],
    rows: shape.rows.map(({ label, shape: one, words }) => [
      label,
      one?.estimate ?? '–',
      one?.low ?? '–',
      one?.high ?? '–',
      words || '–',
    ]),
  };
}
