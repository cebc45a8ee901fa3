import { formatNumber, formatPercent } from '#lib/format/number.ts';

/** A score in the unit of its kind: points for NPS, per cent for product-market fit. */
export function scoreFormat(kind: string): (n: number) => string {
  return kind === 'pmf'
    ? (n) => formatPercent(n, 0)
    : (n) => (n > 0 ? `+${formatNumber(n, 0)}` : formatNumber(n, 0));
}

/** What the interval says about the 40% line. */
export function verdictWords(verdict: string | null | undefined): string | undefined {
  switch (verdict) {
    case 'above':
      return 'Above the 40% line: the whole interval is over it.';
    case 'below':
      return 'Below the 40% line: the whole interval is under it.';
    case 'unsure':
      return 'Too early to tell: the interval holds the 40% line. More answers narrow it.';
    default:
      return undefined;
  }
}

/** The first or last instant of a calendar day, for charts that draw in time. */
export const noonOf = (day: string) => `${day}T12:00:00Z`;
