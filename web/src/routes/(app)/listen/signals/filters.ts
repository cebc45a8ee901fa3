import { nextDay, startOfDay } from '#lib/format/time.ts';

/** What the inbox can be narrowed to. The names are those of the URL, which are those of the API. */
export const FILTERS = [
  'q',
  'source_id',
  'segment_id',
  'in_segment',
  'person_id',
  'account_id',
  'import_id',
  'theme_id',
  'assignee_id',
  'tag',
  'next_step',
  'score_min',
  'score_max',
  'from',
  'to',
  'archived',
] as const;

export type FilterName = (typeof FILTERS)[number];
export type Filters = Partial<Record<FilterName, string>>;

/** Each parameter is read by its name, so that the list is only fetched again when one of these changes. */
export function filtersOf(params: Pick<URLSearchParams, 'get'>): Filters {
  const found = FILTERS.flatMap((name) => {
    const value = params.get(name);
    return value ? [[name, value] as const] : [];
  });
  return Object.fromEntries(found);
}

/** The API's query: days become instants in the workspace's time zone, scores become numbers. */
export function queryOf({ from, to, score_min, score_max, archived, ...rest }: Filters, timeZone: string) {
  return {
    ...rest,
    ...(archived && { archived: true }),
    ...(from && { from: startOfDay(from, timeZone) }),
    ...(to && { to: startOfDay(nextDay(to), timeZone) }),
    ...(score_min && { score_min: Number(score_min) }),
    ...(score_max && { score_max: Number(score_max) }),
  };
}

export const FILTER_WORDS: Record<FilterName, string> = {
  q: 'Words',
  source_id: 'Source',
  segment_id: 'Segment',
  in_segment: 'Customers in',
  person_id: 'Person',
  account_id: 'Account',
  import_id: 'Import',
  theme_id: 'Theme',
  assignee_id: 'Assigned to',
  tag: 'Tag',
  next_step: 'Next step',
  score_min: 'Score from',
  score_max: 'Score to',
  from: 'From',
  to: 'To',
  archived: 'Archived',
};

export const NEXT_STEPS = [
  { value: 'ask_more', label: 'Ask more' },
  { value: 'theme', label: 'Put in a theme' },
  { value: 'hypothesis', label: 'Make a hypothesis' },
  { value: 'fix_now', label: 'Fix now' },
  { value: 'no_action', label: 'No action' },
] as const;

/** A value in words, for kinds whose values are fixed. */
export function valueWords(name: FilterName, value: string): string | undefined {
  if (name === 'next_step') {
    return value === 'missing' ? 'missing' : NEXT_STEPS.find((step) => step.value === value)?.label;
  }
  if (name === 'archived') return 'shown';
  return ['q', 'tag', 'score_min', 'score_max', 'from', 'to'].includes(name) ? value : undefined;
}
