import { colourOf, type ChartTable } from './types.ts';

export interface BarItem {
  key: string;
  label: string;
  value: number;
}

export interface BarShape {
  bars: (BarItem & { share: number; colour: string })[];
  domain: [number, number];
}

/** How many lines there are; of so few counts each gets its line, as there is no half of a signal. */
export const TICKS = 4;

/** Bars always start at zero: their length is the number. */
export function barShape(items: BarItem[]): BarShape {
  const values = items.map(({ value }) => value);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const isFew = low === 0 && high <= TICKS && values.every(Number.isInteger);
  // One or two of something must not look like a flood.
  const domain: [number, number] = isFew ? [0, TICKS] : [low, high || 1];
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const bars = items.map((item) => ({
    ...item,
    share: total ? Math.max(0, item.value) / total : 0,
    colour: colourOf(0),
  }));
  return { bars, domain };
}

/** Which bars carry their label where not all have room: every so many, counted from the last. */
export function labelled(items: { key: string }[], room: number): string[] {
  const step = Math.max(1, Math.ceil(items.length / Math.max(1, room)));
  return items.filter((_, index) => (items.length - 1 - index) % step === 0).map(({ key }) => key);
}

export const barTable = (items: BarItem[], unit: string): ChartTable => ({
  columns: ['What', unit],
  rows: items.map(({ label, value }) => [label, value]),
});

export interface StackRow {
  key: string;
  label: string;
  parts: { key: string; label: string; value: number; colour?: string }[];
}

export interface StackShape {
  rows: {
    key: string;
    label: string;
    total: number;
    parts: { key: string; label: string; value: number; from: number; to: number; colour: string }[];
  }[];
  legend: { key: string; label: string; colour: string }[];
}

/** Each row as shares of its own total, from 0 to 1; a row of nothing has no parts. */
export function stackShape(rows: StackRow[]): StackShape {
  const legend = new Map<string, { key: string; label: string; colour: string }>();
  for (const { key, label, colour } of rows.flatMap(({ parts }) => parts)) {
    if (!legend.has(key)) legend.set(key, { key, label, colour: colour ?? colourOf(legend.size) });
  }
  const shaped = rows.map(({ key, label, parts }) => {
    const total = parts.reduce((sum, { value }) => sum + value, 0);
    let from = 0;
    const drawn = parts
      .filter(({ value }) => value > 0)
      .map((part) => {
        const to = from + part.value / total;
        const one = { ...part, from, to, colour: legend.get(part.key)?.colour ?? 'currentColor' };
        from = to;
        return one;
      });
    return { key, label, total, parts: drawn };
  });
  return { rows: shaped, legend: [...legend.values()] };
}

export function stackTable(rows: StackRow[]): ChartTable {
  const { legend } = stackShape(rows);
  return {
    columns: ['What', ...legend.map(({ label }) => label), 'All'],
    rows: rows.map(({ label, parts }) => {
      const values = legend.map(({ key }) => parts.find((part) => part.key === key)?.value ?? 0);
      return [label, ...values, values.reduce((sum, value) => sum + value, 0)];
    }),
  };
}
