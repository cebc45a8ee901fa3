import { extent } from 'd3-array';
import { line } from 'd3-shape';

/** The path of a small line without axes; gaps stay gaps, and a flat line runs through the middle. */
export function sparkPath(values: (number | null)[], width: number, height: number, inset = 2): string {
  const [low = 0, high = 0] = extent(values.filter((value) => value !== null));
  const x = (index: number) => inset + (index / Math.max(1, values.length - 1)) * (width - 2 * inset);
  const y = (value: number) =>
    high === low ? height / 2 : height - inset - ((value - low) / (high - low)) * (height - 2 * inset);
  return (
    line<number | null>()
      .defined((value) => value !== null)
      .x((_, index) => x(index))
      .y((value) => y(value ?? 0))
      .digits(1)(values) ?? ''
  );
}

/** What the line says, for those who do not see it. */
export function sparkWords(values: (number | null)[], format: (n: number) => string): string {
  const known = values.filter((value) => value !== null);
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return 'No values yet';
  if (known.length === 1) return format(first);
  const way = last > first ? 'up' : last < first ? 'down' : 'level';
  return `${way} from ${format(first)} to ${format(last)}`;
}
