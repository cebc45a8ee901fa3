import type { LineSeries } from '#lib/charts/line.ts';
import { formatDate } from '#lib/format/time.ts';
import type { Schemas } from '#lib/api/client.ts';
import { groupWords } from '#lib/understand/questions.ts';

type Period = Schemas['PeriodOut'];

/** The trend's lines, each followed by that of the time before where it was asked for. */
export function trendLines({ periods, series }: Schemas['TrendAnswer']): LineSeries[] {
  return series.flatMap((one, index) => {
    const label = [groupWords(one.group), one.label].filter(Boolean).join(' · ');
    const line = (key: string, label: string, values: (number | null)[]) => ({
      key: `${index}-${key}`,
      label,
      points: periods.map(({ from }, at) => ({ at: from, value: values[at] ?? null })),
    });
    const now = line('now', label, one.values);
    return one.previous ? [now, line('before', `${label}, before`, one.previous)] : [now];
  });
}

export function periodWords(period: Period, zone: string): string {
  return formatDate(period.from, zone);
}

/** How long something took, in the unit that people would say it in. */
export function durationWords(seconds: number): string {
  const units: [number, string][] = [
    [86_400, 'days'],
    [3_600, 'hours'],
    [60, 'minutes'],
  ];
  const [size, unit] = units.find(([size]) => seconds >= 2 * size) ?? [1, 'seconds'];
  const n = seconds / size;
  return `${n < 10 ? Math.round(n * 10) / 10 : Math.round(n)} ${unit}`;
}

/** How strong the colour of a share is, from 0 to 5. */
export const strength = (share: number | null) => (share === null ? 0 : Math.ceil(Math.min(1, share) * 5));
