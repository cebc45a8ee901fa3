import { max } from 'd3-array';

export interface SparkBar {
  x: number;
  y: number;
  width: number;
  height: number;
  isLast: boolean;
}

/** One or two of something must not look like a flood: the tallest bar stands for at least this many. */
const TOP_MIN = 4;
const GAP = 2;
/** Nothing is a line on the ground, so that it is not taken for a gap in the data. */
const GROUND = 1;

/** Counts as bars from zero; an unknown count leaves its place empty. */
export function sparkBars(values: (number | null)[], width: number, height: number): SparkBar[] {
  const top = Math.max(TOP_MIN, max(values, (value) => value ?? 0) ?? 0);
  const step = (width + GAP) / Math.max(1, values.length);
  return values.flatMap((value, index) => {
    if (value === null) return [];
    const tall = Math.max(GROUND, (value / top) * height);
    const bar = { x: index * step, y: height - tall, width: step - GAP, height: tall };
    return [{ ...bar, isLast: index === values.length - 1 }];
  });
}

/** What the bars say, for those who do not see them. */
export function sparkWords(values: (number | null)[], format: (n: number) => string): string {
  const known = values.filter((value) => value !== null);
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return 'No values yet';
  if (known.length === 1) return format(first);
  const way = last > first ? 'up' : last < first ? 'down' : 'level';
  return `${way} from ${format(first)} to ${format(last)}`;
}
