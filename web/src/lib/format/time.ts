const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS: [limit: number, seconds: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [HOUR, MINUTE, 'minute'],
  [DAY, HOUR, 'hour'],
  [7 * DAY, DAY, 'day'],
  [30 * DAY, 7 * DAY, 'week'],
  [365 * DAY, 30 * DAY, 'month'],
  [Infinity, 365 * DAY, 'year'],
];

const relativeFormat = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** "just now", "5 min. ago", "in 3 days"; `now` is an argument so that it can tick and be tested. */
export function relativeTime(iso: string, now: Date): string {
  const seconds = (Date.parse(iso) - now.getTime()) / 1000;
  const distance = Math.abs(seconds);
  if (Number.isNaN(distance)) return '';
  if (distance < MINUTE) return 'just now';
  const [, size, unit] = UNITS.find(([limit]) => distance < limit) ?? [0, DAY, 'day' as const];
  return relativeFormat.format(Math.trunc(seconds / size), unit);
}

export function formatDate(iso: string, timeZone: string): string {
  return format(iso, { timeZone, day: 'numeric', month: 'short', year: 'numeric' });
}

/** A day of this year or the last, where there is no room for more. */
export function formatDay(iso: string, timeZone: string): string {
  return format(iso, { timeZone, day: 'numeric', month: 'short' });
}

export function formatDateTime(iso: string, timeZone: string): string {
  return format(iso, {
    timeZone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });
}

/** The calendar day in a zone as `YYYY-MM-DD`, which is what date inputs and day filters speak. */
export function dayIn(iso: string, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(new Date(iso));
}

/** The instant a day begins in a zone, as RFC 3339: what the API expects for `from` and `to`. */
export function startOfDay(day: string, timeZone: string): string {
  const guess = Date.parse(`${day}T00:00:00Z`);
  const first = guess - offsetAt(guess, timeZone);
  // A second look corrects the guess when the offset itself changes between the two instants.
  return new Date(guess - offsetAt(first, timeZone)).toISOString();
}

export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY * 1000).toISOString().slice(0, 10);
}

function offsetAt(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(new Date(instant));
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local - Math.floor(instant / 1000) * 1000;
}

function format(iso: string, options: Intl.DateTimeFormatOptions): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? '' : new Intl.DateTimeFormat('en-GB', options).format(date);
}
