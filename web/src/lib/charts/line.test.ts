import { expect, it } from 'vitest';
import { loneOf, lineShape, lineTable, ticksAt, tickWords, type LineSeries } from './line.ts';

const series: LineSeries[] = [
  {
    key: 'nps',
    label: 'NPS',
    points: [
      { at: '2026-02-01T00:00:00Z', value: 20, low: 10, high: 30 },
      { at: '2026-01-01T00:00:00Z', value: null },
    ],
  },
];

it('sorts by time, keeps gaps and makes room for the interval', () => {
  const shape = lineShape(series);
  expect(shape.series[0]?.points.map(({ value }) => value)).toEqual([null, 20]);
  expect(shape.series[0]?.hasBand).toBe(true);
  expect(shape.series[0]?.last?.value).toBe(20);
  expect(shape.y[0]).toBeLessThan(10);
  expect(shape.y[1]).toBeGreaterThan(30);
});

it('starts counts at zero', () => {
  expect(lineShape(series, { fromZero: true }).y[0]).toBe(0);
});

it('survives having nothing to draw', () => {
  const shape = lineShape([{ key: 'a', label: 'A', points: [] }]);
  expect(shape.y.every(Number.isFinite)).toBe(true);
});

it('says the same as a table', () => {
  expect(lineTable(series, (iso) => iso.slice(0, 7))).toEqual({
    columns: ['When', 'NPS', 'NPS, low', 'NPS, high'],
    rows: [
      ['2026-01', '–', '–', '–'],
      ['2026-02', 20, 10, 30],
    ],
  });
});

it('names months over long times, and days else', () => {
  const [march, may] = [new Date('2026-03-02T00:00:00Z'), new Date('2026-05-04T00:00:00Z')];
  expect(tickWords([march, may], 'UTC')(may)).toBe('4 May');
  expect(tickWords([march, may], 'America/New_York')(may)).toBe('3 May');
  expect(tickWords([march, new Date('2027-03-02T00:00:00Z')], 'UTC')(may)).toBe('May 2026');
});

it('puts words under points, the last among them, as far as there is room', () => {
  const points = [1, 2, 3, 4].map((ms) => ({ at: new Date(ms), value: 0, low: null, high: null }));
  const msOf = (room: number) => ticksAt(points, room).map((at) => at.getTime());
  expect([msOf(9), msOf(2), msOf(0.5)]).toEqual([[1, 2, 3, 4], [2, 4], [4]]);
});

it('finds points that no line touches', () => {
  const at = new Date(0);
  const points = [1, null, 2, null, 3, 4].map((value) => ({ at, value, low: null, high: null }));
  expect(loneOf(points).map(({ value }) => value)).toEqual([1, 2]);
});
