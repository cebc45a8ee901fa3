/** A chart's numbers as a table: the same facts for those who cannot or will not read shapes. */
export interface ChartTable {
  columns: string[];
  rows: (string | number)[][];
}

/** The data colours, in the order in which series take them. */
export const COLOURS = [1, 2, 3, 4, 5, 6].map((n) => `var(--data-${n})`);

export const colourOf = (index: number) => COLOURS[index % COLOURS.length] ?? 'currentColor';

/** A domain with some air around it; a single value gets room on both sides. */
export function padded(low: number, high: number, share = 0.06): [number, number] {
  const air = (high - low || Math.abs(high) || 1) * share;
  return [low - air, high + air];
}
