import { expect, it } from 'vitest';
import { barShape, labelled, barTable, stackShape, stackTable, type StackRow } from './bars.ts';

const items = [
  { key: 'a', label: 'A', value: 3 },
  { key: 'b', label: 'B', value: 1 },
];

it('starts bars at zero and knows their shares', () => {
  expect(barShape(items).domain).toEqual([0, 4]);
  expect(barShape(items).bars.map(({ share }) => share)).toEqual([0.75, 0.25]);
  expect(barShape([]).domain).toEqual([0, 4]);
  expect(barShape([{ key: 'a', label: 'A', value: 0.5 }]).domain).toEqual([0, 0.5]);
  expect(barShape([{ key: 'a', label: 'A', value: -2 }]).domain).toEqual([-2, 1]);
  expect(barTable(items, 'Signals').rows).toEqual([
    ['A', 3],
    ['B', 1],
  ]);
});

const rows: StackRow[] = [
  {
    key: 'q1',
    label: 'Q1',
    parts: [
      { key: 'pro', label: 'Promoters', value: 3 },
      { key: 'det', label: 'Detractors', value: 1 },
    ],
  },
  { key: 'q2', label: 'Q2', parts: [] },
];

it('stacks shares of each row', () => {
  const shape = stackShape(rows);
  expect(shape.rows[0]?.parts.map(({ from, to }) => [from, to])).toEqual([
    [0, 0.75],
    [0.75, 1],
  ]);
  expect(shape.rows[1]).toMatchObject({ total: 0, parts: [] });
  expect(shape.legend.map(({ label }) => label)).toEqual(['Promoters', 'Detractors']);
});

it('says the same as a table', () => {
  expect(stackTable(rows)).toEqual({
    columns: ['What', 'Promoters', 'Detractors', 'All'],
    rows: [
      ['Q1', 3, 1, 4],
      ['Q2', 0, 0, 0],
    ],
  });
});

it('labels what has room, the last always', () => {
  const items = ['a', 'b', 'c', 'd', 'e'].map((key) => ({ key }));
  expect(labelled(items, 3)).toEqual(['a', 'c', 'e']);
  expect(labelled(items, 10)).toHaveLength(5);
  expect(labelled(items, 0.5)).toEqual(['e']);
});
