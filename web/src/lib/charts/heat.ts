import type { ChartTable } from './types.ts';

export interface HeatCell {
  row: string;
  column: string;
  /** Null where there is nothing to measure, which is not the same as zero. */
  value: number | null;
}

export interface HeatShape {
  rows: string[];
  columns: string[];
  cells: (HeatCell & { step: number })[];
}

/** How many strengths of colour there are: few enough to tell apart, and to write on each readably. */
export const STEPS = 5;

/** Rows and columns in the order they first appear; the step is 1 to 5 of the strongest cell, 0 for none. */
export function heatShape(cells: HeatCell[]): HeatShape {
  const most = Math.max(0, ...cells.map(({ value }) => value ?? 0));
  return {
    rows: [...new Set(cells.map(({ row }) => row))],
    columns: [...new Set(cells.map(({ column }) => column))],
    cells: cells.map((cell) => ({
      ...cell,
      step: most ? Math.ceil((Math.max(0, cell.value ?? 0) / most) * STEPS) : 0,
    })),
  };
}

export function heatTable({ rows, columns, cells }: HeatShape): ChartTable {
  const values = new Map(cells.map(({ row, column, value }) => [`${row}\n${column}`, value]));
  return {
    columns: ['', ...columns],
    rows: rows.map((row) => [row, ...columns.map((column) => values.get(`${row}\n${column}`) ?? '–')]),
  };
}
