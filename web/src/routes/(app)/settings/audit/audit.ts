import { call, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';

export type Entry = Schemas['AuditEntryOut'];

export const FILTERS = ['object_kind', 'action', 'actor_id', 'object_id', 'from', 'to'] as const;
export type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

const PAGE_SIZE = 50;

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

const words = (value: unknown) => {
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
};

/** What differs between two states of an object, field by field; what changes every time is left out. */
export function changes(before: unknown, after: unknown): Change[] {
  const [old, now] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}];
  const fields = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return fields
    .filter((field) => !['version', 'updated_at'].includes(field))
    .map((field) => ({ field, before: words(old[field]), after: words(now[field]) }))
    .filter((change) => change.before !== change.after);
}

export const inWords = (name: string) => name.replaceAll('_', ' ');
