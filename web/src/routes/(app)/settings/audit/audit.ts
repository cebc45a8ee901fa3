import { KINDS } from '#lib/chain/kinds.ts';
import { formatNumber } from '#lib/format/number.ts';
import { call, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';

export type Entry = Schemas['AuditEntryOut'];

export const FILTERS = ['object_kind', 'action', 'actor_id', 'object_id', 'from', 'to'] as const;
export type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

const PAGE_SIZE = 50;

/** Where the name of an object may stand, the best first. */
const NAMES = ['title', 'name', 'body', 'email', 'filename'];

/** What is written down too, and stands in no chain. */
const OTHER_KINDS = [
  'code',
  'evidence',
  'import',
  'invitation',
  'member',
  'metric_reading',
  'saved_view',
  'segment',
  'source',
  'token',
  'workspace',
];

export function filtersOf(params: URLSearchParams): Filters {
  return Object.fromEntries(
    FILTERS.flatMap((name) => {
      const value = params.get(name);
      return value ? [[name, value]] : [];
    }),
  );
}

/** Days become instants: from the beginning of the first to the end of the last. */
function queryOf({ from, to, ...rest }: Filters) {
  const end = to ? new Date(`${to}T00:00:00Z`) : undefined;
  end?.setUTCDate(end.getUTCDate() + 1);
  return { ...rest, from: from && `${from}T00:00:00Z`, to: end?.toISOString() };
}

export function listEntries(filters: Filters, cursor?: string) {
  const query = { ...queryOf(filters), limit: PAGE_SIZE, cursor };
  return call(api.GET('/api/v1/audit-entries', { params: { query } }));
}

export function exportEntries(filters: Filters): Promise<string> {
  return call(
    api.GET('/api/v1/audit-entries/export', { params: { query: queryOf(filters) }, parseAs: 'text' }),
  );
}

export interface Change {
  field: string;
  before?: string;
  after?: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Lists say what is in them; what has no words of its own is shown as it is kept. */
function words(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return formatNumber(value, 4);
  if (!Array.isArray(value)) return JSON.stringify(value, null, 2);
  if (value.length === 0) return 'none';
  const each = value.map((one: unknown) => (isRecord(one) ? nameOf({ after: one }) : String(one)));
  return each.every(Boolean) ? each.join(', ') : JSON.stringify(value, null, 2);
}

/** Said elsewhere, or different every time. */
const NOT_SHOWN = ['id', 'version', 'updated_at'];

/** What differs between two states of an object, field by field; what changes every time is left out. */
export function changes(before: unknown, after: unknown): Change[] {
  const [old, now] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}];
  const fields = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return fields
    .filter((field) => !NOT_SHOWN.includes(field))
    .map((field) => ({ field, before: words(old[field]), after: words(now[field]) }))
    .filter((change) => change.before !== change.after);
}

export const inWords = (name: string) => name.replaceAll('_', ' ');

/** The name of a field, and of what an id in it belongs to. */
export const fieldWords = (field: string) => capital(inWords(field.replace(/_(id|at|cents)$/, '')));

const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

const DONE: Record<string, string> = {
  accept: 'Accepted',
  add_evidence: 'Evidence added',
  answer: 'Answered',
  archive: 'Archived',
  ask_scorers: 'Scores asked for',
  assign: 'Signals put in',
  clear_data: 'Data cleared',
  create: 'Added',
  decide: 'Decided',
  delete: 'Deleted',
  erase: 'Erased',
  finish: 'Finished',
  fire: 'Fired',
  follow_decision: 'Followed a decision',
  import: 'Data imported',
  merge: 'Merged',
  notify: 'People told',
  plan_next_step: 'Next step planned',
  remove_evidence: 'Evidence removed',
  reopen: 'Reopened',
  restore: 'Brought back',
  retry: 'Tried again',
  score: 'Scored',
  set_sums: 'Counts typed',
  start: 'Started',
  unassign: 'Signals taken out',
  undo: 'Taken back',
  undo_merge: 'Merge taken back',
  update: 'Changed',
};

/** What was done, as it is said afterwards. */
export const doneWords = (action: string) => DONE[action] ?? capital(inWords(action));

export const objectWords = (kind: string) => KINDS[kind]?.one ?? capital(inWords(kind));

/** What the object was called after the change, or before it was gone. */
export function nameOf({ after, before }: { after?: unknown; before?: unknown }): string {
  const states = [after, before].filter(isRecord);
  const names = states.flatMap((state) => NAMES.map((field) => state[field]));
  return names.find((name): name is string => typeof name === 'string' && name !== '') ?? '';
}

const optionsOf = (values: string[], words: (value: string) => string) =>
  values.map((value) => ({ value, label: words(value) })).sort((a, b) => a.label.localeCompare(b.label));

export const ACTION_OPTIONS = optionsOf(Object.keys(DONE), doneWords);
export const OBJECT_OPTIONS = optionsOf([...new Set([...Object.keys(KINDS), ...OTHER_KINDS])], objectWords);
