import { expect, it } from 'vitest';
import { dayIn, formatDate, formatDateTime, nextDay, relativeTime, startOfDay } from './time.ts';

const now = new Date('2026-03-10T12:00:00Z');

it.each([
  ['2026-03-10T11:59:40Z', 'just now'],
  ['2026-03-10T11:55:00Z', '5 minutes ago'],
  ['2026-03-10T09:00:00Z', '3 hours ago'],
  ['2026-03-09T10:00:00Z', 'yesterday'],
  ['2026-03-13T13:00:00Z', 'in 3 days'],
  ['2026-02-20T12:00:00Z', '2 weeks ago'],
  ['2024-01-01T00:00:00Z', '2 years ago'],
  ['nonsense', ''],
])('relativeTime(%s) is %s', (iso, expected) => {
  expect(relativeTime(iso, now)).toBe(expected);
});

it("shows the workspace's day, not the reader's", () => {
  expect(formatDate('2026-03-10T23:30:00Z', 'Europe/Berlin')).toBe('11 Mar 2026');
  expect(formatDateTime('2026-03-10T23:30:00Z', 'America/New_York')).toBe('10 Mar 2026, 19:30');
  expect(dayIn('2026-03-10T23:30:00Z', 'Asia/Tokyo')).toBe('2026-03-11');
});

it.each([
  ['2026-03-10', 'UTC', '2026-03-10T00:00:00.000Z'],
  ['2026-03-10', 'America/New_York', '2026-03-10T04:00:00.000Z'],
  ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
  ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
  ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'],
])('%s begins in %s at %s', (day, zone, expected) => {
  expect(startOfDay(day, zone)).toBe(expected);
});

it('steps over a month end', () => {
  expect(nextDay('2026-02-28')).toBe('2026-03-01');
});
