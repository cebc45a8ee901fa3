import { expect, it } from 'vitest';
import { nextSort, sortRows, toCsv, type Column } from './table.ts';

interface Row {
  name: string;
  n: number | null;
}

const columns: Column<Row>[] = [
  { key: 'name', title: 'Name', value: (row) => row.name },
  { key: 'n', title: 'Signals, all', value: (row) => row.n },
];
const rows: Row[] = [
  { name: 'b10', n: 2 },
  { name: 'B9', n: null },
  { name: 'a', n: 11 },
];

it('sorts naturally and keeps missing values last both ways', () => {
  const names = (key: string, direction: 'ascending' | 'descending') =>
    sortRows(rows, columns, { key, direction }).map((row) => row.name);
  expect(names('name', 'ascending')).toEqual(['a', 'B9', 'b10']);
  expect(names('n', 'ascending')).toEqual(['b10', 'a', 'B9']);
  expect(names('n', 'descending')).toEqual(['a', 'b10', 'B9']);
  expect(sortRows(rows, columns, null)).toBe(rows);
});

it('turns a header through three states', () => {
  const first = nextSort(null, 'n');
  const second = nextSort(first, 'n');
  expect([first?.direction, second?.direction, nextSort(second, 'n')]).toEqual([
    'ascending',
    'descending',
    null,
  ]);
  expect(nextSort(second, 'name')).toEqual({ key: 'name', direction: 'ascending' });
});

it('writes CSV that no spreadsheet runs', () => {
  expect(toCsv([{ name: '=1+1', n: -3 }], columns)).toBe('Name,"Signals, all"\r\n\'=1+1,-3\r\n');
  expect(toCsv([{ name: 'say "hi"\nthere', n: null }], columns)).toContain('"say ""hi""\nthere",');
});
