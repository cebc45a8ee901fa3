import { expect, it, vi } from 'vitest';
import { formatPercent } from '#lib/format/number.ts';
import { figureWords, periodOf, stageRows, weekColumns } from './learning.ts';

vi.mock('#lib/session.svelte.ts', () => ({ api: {} }));

const none = { n: 0, value: null, reason: 'there are no values' };
const days = (value: number) => ({ n: 3, value });

it('says why there is no figure, and never zero', () => {
  expect(figureWords(none, String)).toBe('there are no values');
  expect(figureWords({ n: 9, value: 0.5, low: 0.25, high: 0.75 }, (n) => formatPercent(n, 0))).toBe(
    '50% (25% to 75%)',
  );
});

it('draws stages against the slowest of them', () => {
  const way = (median: number, p80: number) => ({ median_days: days(median), p80_days: days(p80) });
  const empty = { median_days: none, p80_days: none };
  const [hearing, betting, , deciding] = stageRows({
    total: way(10, 20),
    hearing: way(5, 10),
    betting: way(2, 20),
    testing: empty,
    deciding: empty,
    n_not_validated: 0,
  });
  expect(hearing).toMatchObject({ median: 0.25, p80: 0.5 });
  expect(betting).toMatchObject({ median: 0.1, p80: 1 });
  expect(deciding).toMatchObject({ median: 0, p80: 0 });
});

it('draws weeks against the fullest, and nothing when nothing was decided', () => {
  const columns = weekColumns([
    { week: '2026-03-02', n_conclusive: 3, n_inconclusive: 1 },
    { week: '2026-03-09', n_conclusive: 0, n_inconclusive: 0 },
  ]);
  expect(columns.map(({ conclusive, inconclusive }) => [conclusive, inconclusive])).toEqual([
    [0.75, 0.25],
    [0, 0],
  ]);
});

it('looks back half a year unless told otherwise', () => {
  expect(periodOf(null)).toBe('182');
  expect(periodOf('365')).toBe('365');
  expect(periodOf('9999999')).toBe('182');
});
