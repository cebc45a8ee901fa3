import { expect, test } from 'vitest';
import { cut } from './ranges.ts';

test('marks are counted in code points', () => {
  expect(cut('😤 Export fails', [{ start: 2, end: 8 }])).toEqual([
    { text: '😤 ', hit: false },
    { text: 'Export', hit: true },
    { text: ' fails', hit: false },
  ]);
});
