import type { Schemas } from '#lib/api/client.ts';
import { formatInterval, formatNumber } from '#lib/format/number.ts';

export type Metric = Schemas['MetricOut'];

export const METRIC_KINDS = [
  { value: 'nps', label: 'Net Promoter Score' },
  { value: 'pmf', label: 'Product-market fit (very disappointed, %)' },
  { value: 'csat', label: 'Satisfaction (4 and 5 of 5, %)' },
  { value: 'count', label: 'Signals of a theme' },
  { value: 'manual', label: 'Typed readings' },
] as const;

export const DIRECTIONS = [
  { value: 'up', label: 'Higher is better' },
  { value: 'down', label: 'Lower is better' },
] as const;

/** A value with its interval, or the reason why there is none. */
/** Per cent stands next to its number, as everywhere; other units are words. */
export const withUnit = (value: string, unit = '') => `${value}${unit && unit !== '%' ? ' ' : ''}${unit}`;

export function valueWords(point: Schemas['MetricPoint'] | null | undefined, unit = ''): string {
  if (point?.value == null) return point?.reason ?? 'No value yet';
  const value = withUnit(formatNumber(point.value), unit);
  const { low, high } = point;
  return low == null || high == null ? value : `${value} (${formatInterval(low, high)})`;
}
