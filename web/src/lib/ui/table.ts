import type { Snippet } from 'svelte';

export type CellValue = string | number | null | undefined;

export interface Column<T> {
  key: string;
  title: string;
  /** What the cell stands for: drawn when there is no snippet, sorted by, and written to CSV. */
  value: (row: T) => CellValue;
  cell?: Snippet<[T]>;
  align?: 'start' | 'end';
  /** A CSS width such as `120px`; the first column takes what is left. */
  width?: string;
  sortable?: boolean;
  /** Left out of narrow tables; still in the CSV. */
  wideOnly?: boolean;
}

export interface Sort {
  key: string;
  direction: 'ascending' | 'descending';
}

/** Ascending, then descending, then as it came. */
export function nextSort(current: Sort | null, key: string): Sort | null {
  if (current?.key !== key) return { key, direction: 'ascending' };
  return current.direction === 'ascending' ? { key, direction: 'descending' } : null;
}

/** Sorted by a column; rows without a value come last in both directions. */
export function sortRows<T>(rows: T[], columns: Column<T>[], sort: Sort | null): T[] {
  const column = columns.find(({ key }) => key === sort?.key);
  if (!column || !sort) return rows;
  const sign = sort.direction === 'ascending' ? 1 : -1;
  return [...rows].sort((a, b) => {
    const [x, y] = [column.value(a), column.value(b)];
    const missing = Number(isMissing(x)) - Number(isMissing(y));
    if (missing || isMissing(x)) return missing;
    return sign * compare(x, y);
  });
}

const isMissing = (value: CellValue) => value === null || value === undefined || value === '';

function compare(a: CellValue, b: CellValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true, sensitivity: 'base' });
}

/** RFC 4180, with cells that a spreadsheet would run as a formula made harmless by an apostrophe. */
export function toCsv<T>(rows: T[], columns: Column<T>[]): string {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ value }) => value(row))),
  ];
  return lines.map((cells) => cells.map(csvCell).join(',')).join('\r\n') + '\r\n';
}

function csvCell(value: CellValue): string {
  if (typeof value === 'number') return String(value);
  const text = value ?? '';
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Hands a text to the browser as a file. */
export function download(fileName: string, text: string, type = 'text/csv;charset=utf-8') {
  const url = URL.createObjectURL(new Blob([type.startsWith('text/csv') ? '\uFEFF' : '', text], { type }));
  const link = Object.assign(document.createElement('a'), { href: url, download: fileName });
  link.click();
  URL.revokeObjectURL(url);
}
