import { expect, it } from 'vitest';
import {
  formatChange,
  formatCompact,
  formatDays,
  formatInterval,
  formatMoney,
  formatPercent,
  plural,
} from './number.ts';

it('formats numbers for people', () => {
  expect(formatCompact(9999)).toBe('9,999');
  expect(formatCompact(12_400)).toBe('12.4K');
  expect(formatPercent(0.4)).toBe('40%');
  expect(formatMoney(1_250_000)).toBe('$12,500');
  expect(formatMoney(1999, 'EUR')).toBe('€19.99');
  expect(plural(1, 'signal')).toBe('1 signal');
  expect(plural(2100, 'reply', 'replies')).toBe('2,100 replies');
});

it('never leaves the sign of a change in doubt', () => {
  expect(formatChange(3)).toBe('+3');
  expect(formatChange(-0.25, formatPercent)).toBe('−25%');
  expect(formatChange(0)).toBe('±0');
});

it('tells times of less than a day in hours', () => {
  expect([39, 1.04, 0.5, 0.06, 0.001].map(formatDays)).toEqual([
    '39 days',
    '1 day',
    '12 hours',
    '1 hour',
    'under an hour',
  ]);
});

it('writes intervals with a real minus', () => {
  expect(formatInterval(-2, 5)).toBe('−2 to 5');
});
