import { extent } from 'd3-array';
import { colourOf, padded, type ChartTable } from './types.ts';

export interface LinePoint {
  /** The instant as RFC 3339. */
  at: string;
  /** Null where nothing could be estimated: the line is broken there. */
  value: number | null;
  low?: number | null;
  high?: number | null;
}

export interface LineSeries {
  key: string;
  label: string;
  points: LinePoint[];
}

export interface Drawn {
  at: Date;
  value: number | null;
  low: number | null;
  high: number | null;
}

export interface LineShape {
  series: {
    key: string;
    label: string;
    colour: string;
    points: Drawn[];
    hasBand: boolean;
    last: Drawn | null;
  }[];
  x: [Date, Date];
  y: [number, number];
}

/** Counts and shares start at zero; others, such as scores, get a little air instead. */
export function lineShape(series: LineSeries[], options: { fromZero?: boolean } = {}): LineShape {
  const drawn = series.map(({ key, label, points }, index) => {
    const own = points.map(draw).sort((a, b) => a.at.getTime() - b.at.getTime());
    return {
      key,
      label,
      colour: colourOf(index),
      points: own,
      hasBand: own.some(({ low, high }) => low !== null && high !== null),
      last: own.findLast(({ value }) => value !== null) ?? null,
    };
  });
  const all = drawn.flatMap(({ points }) => points);
  const values = all.flatMap(({ value, low, high }) => [value, low, high]).filter((n) => n !== null);
  const [from = new Date(0), to = from] = extent(all, ({ at }) => at);
  const [least = 0, most = 1] = extent(values);
  const [low, high] = padded(options.fromZero ? Math.min(0, least) : least, most);
  return { series: drawn, x: [from, to], y: [options.fromZero && least >= 0 ? 0 : low, high] };
}

function draw({ at, value, low = null, high = null }: LinePoint): Drawn {
  return { at: new Date(at), value, low, high };
}

const LONG_MS = 250 * 86_400_000;

/** The words below the axis: months over long times, else days, as they are called in the workspace's zone. */
export function tickWords([from, to]: [Date, Date], timeZone: string): (at: Date) => string {
  const isLong = to.getTime() - from.getTime() > LONG_MS;
  const parts = isLong
    ? ({ month: 'short', year: 'numeric' } as const)
    : ({ day: 'numeric', month: 'short' } as const);
  const format = new Intl.DateTimeFormat('en-GB', { ...parts, timeZone });
  return (at) => format.format(at);
}

/** Where the axis has words: at points, so that months are not told in weeks, and no more than have room. */
export function ticksAt(points: Drawn[], room: number): Date[] {
  const step = Math.max(1, Math.ceil(points.length / Math.max(1, room)));
  return points.filter((_, index) => (points.length - 1 - index) % step === 0).map(({ at }) => at);
}

/** Points between two gaps: no line runs through them, so they need a mark of their own. */
export const loneOf = (points: Drawn[]) =>
  points.filter(
    ({ value }, index) =>
      value !== null && points[index - 1]?.value == null && points[index + 1]?.value == null,
  );

export function lineTable(series: LineSeries[], formatX: (iso: string) => string): ChartTable {
  const times = [...new Set(series.flatMap(({ points }) => points.map(({ at }) => at)))].sort();
  const values = series.map(({ points }) => new Map(points.map((point) => [point.at, point])));
  return {
    columns: ['When', ...series.flatMap(headings)],
    rows: times.map((at) => [
      formatX(at),
      ...values.flatMap((points, index) => {
        const point = points.get(at);
        const cells = [point?.value ?? '–', point?.low ?? '–', point?.high ?? '–'];
        return hasInterval(series[index]) ? cells : cells.slice(0, 1);
      }),
    ]),
  };
}

const hasInterval = (series: LineSeries | undefined) =>
  !!series?.points.some(({ low, high }) => low !== undefined || high !== undefined);

const headings = (series: LineSeries) =>
  hasInterval(series) ? [series.label, `${series.label}, low`, `${series.label}, high`] : [series.label];
