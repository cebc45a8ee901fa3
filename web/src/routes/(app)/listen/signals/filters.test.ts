import { expect, it } from 'vitest';
import { filtersOf, queryOf, valueWords } from './filters.ts';

it('reads only its own parameters', () => {
  expect(filtersOf(new URLSearchParams('q=slow&open=1&tag='))).toEqual({ q: 'slow' });
});

it("asks the API for whole days of the workspace's zone", () => {
  expect(queryOf({ from: '2026-03-01', to: '2026-03-01', score_min: '3' }, 'Asia/Tokyo')).toEqual({
    from: '2026-02-28T15:00:00.000Z',
    to: '2026-03-01T15:00:00.000Z',
    score_min: 3,
  });
});

it('has words for fixed values only', () => {
  expect(valueWords('next_step', 'fix_now')).toBe('Fix now');
  expect(valueWords('source_id', '0198')).toBeUndefined();
});
