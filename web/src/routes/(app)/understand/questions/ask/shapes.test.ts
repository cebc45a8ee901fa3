import { expect, it } from 'vitest';
import { durationWords, strength, trendLines } from './shapes.ts';

const periods = [
  { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' },
  { from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' },
];

it('draws the time before beside the time asked about', () => {
  const series = [{ label: 'paid', series: 0, group: null, values: [1, null], previous: [2, 3] }];
  const lines = trendLines({ periods, series });
  expect(lines.map(({ label }) => label)).toEqual(['paid', 'paid, before']);
  expect(lines[0]?.points).toEqual([
    { at: periods[0]?.from, value: 1 },
    { at: periods[1]?.from, value: null },
  ]);
});

it('names the group of a line', () => {
  const group = { kind: 'missing' as const };
  const lines = trendLines({ periods, series: [{ label: 'paid', series: 0, group, values: [1, 2] }] });
  expect(lines[0]?.label).toBe('None · paid');
});

it('says durations as people do', () => {
  expect([1, 90, 150, 7200, 100_000, 2_000_000].map(durationWords)).toEqual([
    '1 seconds',
    '90 seconds',
    '2.5 minutes',
    '2 hours',
    '28 hours',
    '23 days',
  ]);
});

it('colours by share', () => {
  expect([null, 0, 0.01, 0.5, 1].map(strength)).toEqual([0, 0, 1, 3, 5]);
});
