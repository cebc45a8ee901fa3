import { expect, it } from 'vitest';
import { sparkBars, sparkWords } from './spark.ts';

it('fills its width and height', () => {
  expect(sparkBars([5, 10], 102, 20)).toEqual([
    { x: 0, y: 10, width: 50, height: 10, isLast: false },
    { x: 52, y: 0, width: 50, height: 20, isLast: true },
  ]);
});

it('keeps a few small, and shows nothing as ground', () => {
  expect(sparkBars([1, 0], 102, 20).map(({ height }) => height)).toEqual([5, 1]);
});

it('leaves the place of an unknown count empty', () => {
  expect(sparkBars([4, null, 4], 100, 20).map(({ x }) => x)).toEqual([0, 68]);
  expect(sparkBars([], 100, 20)).toEqual([]);
});

it('says what it shows', () => {
  expect(sparkWords([2, null, 5], String)).toBe('up from 2 to 5');
  expect(sparkWords([5], String)).toBe('5');
  expect(sparkWords([null], String)).toBe('No values yet');
});
