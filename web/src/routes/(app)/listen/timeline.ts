export type TimelinePart = 'all' | 'words' | 'deeds';

export const PARTS: { value: TimelinePart; label: string }[] = [
  { value: 'all', label: 'Words and deeds' },
  { value: 'words', label: 'Words' },
  { value: 'deeds', label: 'Deeds' },
];

export function partOf(params: URLSearchParams): TimelinePart {
  return PARTS.find(({ value }) => value === params.get('part'))?.value ?? 'all';
}
