import { call, ifMatch, type Schemas } from '#lib/api/client.ts';
import { names } from '#lib/names.svelte.ts';
import { api } from '#lib/session.svelte.ts';

export type Source = Schemas['SourceOut'];
type Versioned = { id: string; version: number };

export const KINDS = [
  { value: 'inbox', label: 'Inbox' },
  { value: 'api', label: 'API' },
  { value: 'import', label: 'Import' },
  { value: 'survey', label: 'Survey' },
  { value: 'interview', label: 'Interviews' },
  { value: 'usability_test', label: 'Usability tests' },
  { value: 'portal', label: 'Portal' },
] as const;

export const kindLabel = (kind: string) => KINDS.find(({ value }) => value === kind)?.label ?? kind;

export const listSources = async (archived: boolean) =>
  (await call(api.GET('/api/v1/sources', { params: { query: { archived } } }))).items;

const seen = (row: Versioned) => ({ path: { id: row.id }, header: ifMatch(row) });

/** Other pages know sources by name, so a new name is told to them at once. */
async function learned(answer: Promise<Source>): Promise<Source> {
  const source = await answer;
  names.learn('source', [source]);
  return source;
}

export const createSource = (body: Schemas['SourceIn']) =>
  learned(call(api.POST('/api/v1/sources', { body })));

export const renameSource = (row: Versioned, name: string) =>
  learned(call(api.PATCH('/api/v1/sources/{id}', { params: seen(row), body: { name } })));

export const archiveSource = (row: Versioned) =>
  call(api.DELETE('/api/v1/sources/{id}', { params: seen(row) }));

export const restoreSource = (row: Versioned) =>
  call(api.POST('/api/v1/sources/{id}/restore', { params: seen(row) }));
