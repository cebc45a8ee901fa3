import { expect, test } from 'vitest';
import { colourOfSpeaker, timeMark } from './transcript.ts';

test('times read like a clock', () => {
  expect(timeMark(0)).toBe('0:00');
  expect(timeMark(125_900)).toBe('2:05');
  expect(timeMark(3_723_000)).toBe('1:02:03');
});

test('speakers keep their colour', () => {
  expect(colourOfSpeaker(0)).toBe('var(--data-1)');
  expect(colourOfSpeaker(6)).toBe('var(--data-1)');
});
