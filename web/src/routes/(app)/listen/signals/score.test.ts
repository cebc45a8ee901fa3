import { expect, it } from 'vitest';
import { scoreWords } from './score.ts';

it.each([
  [10, 'nps', 'NPS 10', 'positive'],
  [7, 'nps', 'NPS 7', 'neutral'],
  [6, 'nps', 'NPS 6', 'negative'],
  [0, 'pmf', 'Not disappointed', 'negative'],
  [2, 'pmf', 'Very disappointed', 'positive'],
  [5, 'csat', '5/5', 'positive'],
  [2, 'rating', '2/5', 'negative'],
])('%d on %s is %s', (score, kind, label, tone) => {
  expect(scoreWords(score, kind)).toMatchObject({ label, tone });
});

it('says nothing without a score', () => {
  expect(scoreWords(null, 'nps')).toBeNull();
});
