import { expect, it } from 'vitest';
import { sparkPath, sparkWords } from './spark.ts';

it('draws from corner to corner', () => {
  expect(sparkPath([0, 10], 104, 24)).toBe('M2,22L102,2');
});

it('breaks at gaps and centres a flat line', () => {
  expect(sparkPath([1, null, 1, 1], 100, 20)).toMatch(/^M2,10ZM.*,10L98,10$/);
  expect(sparkPath([], 100, 20)).toBe('');
});

it('says what it shows', () => {
  expect(sparkWords([2, null, 5], String)).toBe('up from 2 to 5');
  expect(sparkWords([5], String)).toBe('5');
  expect(sparkWords([null], String)).toBe('No values yet');
});
