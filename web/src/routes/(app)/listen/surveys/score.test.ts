import { expect, test } from 'vitest';
import { scoreFormat, verdictWords } from './score.ts';

test('a score carries the unit of its kind', () => {
  expect(scoreFormat('nps')(31.4)).toBe('+31');
  expect(scoreFormat('nps')(-5)).toBe('−5');
  expect(scoreFormat('pmf')(0.423)).toMatch(/^42\s?%$/);
});

test('a verdict is a sentence, and none without answers', () => {
  expect(verdictWords('unsure')).toContain('Too early');
  expect(verdictWords(null)).toBeUndefined();
});
