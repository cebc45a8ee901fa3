import { expect, it } from 'vitest';
import { heatShape, heatTable } from './heat.ts';

const shape = heatShape([
  { row: 'May', column: 'Week 0', value: 40 },
  { row: 'May', column: 'Week 1', value: 10 },
  { row: 'June', column: 'Week 0', value: 0 },
  { row: 'June', column: 'Week 1', value: null },
]);

it('measures cells against the strongest', () => {
  expect(shape.cells.map(({ step }) => step)).toEqual([5, 2, 0, 0]);
  expect(heatShape([]).cells).toEqual([]);
});

it('tells nothing from zero in its table', () => {
  expect(heatTable(shape)).toEqual({
    columns: ['', 'Week 0', 'Week 1'],
    rows: [
      ['May', 40, 10],
      ['June', 0, '–'],
    ],
  });
});
