const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** A minus sign is as wide as a plus; the hyphen that the formats write is half of it. */
const withMinus = (text: string) => text.replaceAll('-', '−');

export const formatCount = (n: number) => withMinus(whole.format(n));

/** 12,400 → "12.4K": for tiles and axes, where the exact number is one click away. */
export const formatCompact = (n: number) =>
  Math.abs(n) < 10_000 ? formatNumber(n) : withMinus(compact.format(n));

export function formatNumber(n: number, digits = 1): string {
  return withMinus(new Intl.NumberFormat('en', { maximumFractionDigits: digits }).format(n));
}

export function formatPercent(share: number, digits = 1): string {
  return withMinus(
    new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: digits }).format(share),
  );
}

/** With its sign, because a change without one is ambiguous. */
export function formatChange(n: number, format: (n: number) => string = formatNumber): string {
  if (n === 0) return '±0';
  return `${n > 0 ? '+' : '−'}${format(Math.abs(n))}`;
}

export function formatInterval(
  low: number,
  high: number,
  format: (n: number) => string = formatNumber,
): string {
  return withMinus(`${format(low)} to ${format(high)}`);
}

export function formatMoney(cents: number, currency = 'USD'): string {
  const units = cents / 100;
  const format = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    maximumFractionDigits: Number.isInteger(units) ? 0 : 2,
    minimumFractionDigits: Number.isInteger(units) ? 0 : 2,
  });
  return withMinus(format.format(units));
}

/** A time in days, and in hours where it is less than one. */
export function formatDays(days: number): string {
  const words = (n: number, unit: string) =>
    `${formatNumber(n)} ${formatNumber(n) === '1' ? unit : `${unit}s`}`;
  if (days >= 1) return words(days, 'day');
  return days * 24 < 1 ? 'under an hour' : words(Math.round(days * 24), 'hour');
}

export const plural = (n: number, one: string, many = `${one}s`) =>
  `${formatCount(n)} ${n === 1 ? one : many}`;

/** Bytes for people: 1.4 MB. */
export function formatBytes(n: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB'];
  const index = Math.min(units.length - 1, n < 1 ? 0 : Math.floor(Math.log10(n) / 3));
  return `${formatNumber(n / 1000 ** index, index === 0 ? 0 : 1)} ${units[index]}`;
}
