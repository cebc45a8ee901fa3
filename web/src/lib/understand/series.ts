import { max, min } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';

export interface SeriesPoint {
  at: string;
  value: number | null;
  low?: number | null;
  high?: number | null;
}

export interface SeriesShapes {
  line: string;
  band: string;
  /** Only points with a value. */
  dots: { x: number; y: number; index: number }[];
  ticks: { y: number; value: number }[];
}

/** A line with its interval, as shapes; gaps stay gaps, because no value is not zero. */
export function seriesShapes(points: SeriesPoint[], width: number, height: number): SeriesShapes {
  const values = points.flatMap(({ value, low, high }) => [value, low, high]).filter((n) => n != null);
  const top = max(values) ?? 1;
  const bottom = Math.min(0, min(values) ?? 0);
  const x = scaleLinear([0, Math.max(1, points.length - 1)], [0, width]);
  const y = scaleLinear([bottom, top === bottom ? bottom + 1 : top], [height, 0]).nice(4);
  const indexed = points.map((point, index) => ({ ...point, index }));
  return {
    line:
      line<(typeof indexed)[number]>(
        ({ index }) => x(index),
        ({ value }) => y(value ?? 0),
      ).defined(({ value }) => value !== null)(indexed) ?? '',
    band:
      area<(typeof indexed)[number]>(
        ({ index }) => x(index),
        ({ low }) => y(low ?? 0),
        ({ high }) => y(high ?? 0),
      ).defined(({ low, high }) => low != null && high != null)(indexed) ?? '',
    dots: indexed.flatMap(({ index, value }) =>
      value === null ? [] : [{ x: x(index), y: y(value), index }],
    ),
    ticks: y.ticks(4).map((value) => ({ y: y(value), value })),
  };
}
