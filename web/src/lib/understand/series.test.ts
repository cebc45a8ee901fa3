import { expect, test } from 'vitest';
import { seriesShapes } from './series.ts';

test('the highest value is at the top and zero at the bottom', () => {
  const shapes = seriesShapes(
    [
      { at: 'a', value: 0 },
      { at: 'b', value: 10 },
    ],
    100,
    50,
  );
  expect(shapes.line).toBe('M0,50L100,0');
  expect(shapes.dots).toEqual([
    { x: 0, y: 50, index: 0 },
    { x: 100, y: 0, index: 1 },
  ]);
});

test('no value is a gap, not a zero', () => {
  const points = [1, null, 3].map((value, index) => ({ at: String(index), value }));
  const shapes = seriesShapes(points, 100, 50);
  expect(shapes.dots.map(({ index }) => index)).toEqual([0, 2]);
  expect(shapes.line.split('M')).toHaveLength(3);
});

test('scores below zero lie below the zero line', () => {
  const shapes = seriesShapes([{ at: 'a', value: -20, low: -40, high: 10 }], 100, 50);
  expect(shapes.ticks.some(({ value }) => value < 0)).toBe(true);
  expect(shapes.band).not.toBe('');
});
