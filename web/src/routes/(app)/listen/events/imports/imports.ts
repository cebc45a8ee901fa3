import { call, ifMatch, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { Reading } from '../../imports/imports.ts';

export type EventImport = Schemas['EventImportOut'];
export type Preview = Schemas['EventImportPreview'];
/** As the server gives it: with every list, empty or not. */
export type Mapping = Schemas['EventImportMapping'] &
  Required<Pick<Schemas['EventImportMapping'], 'distinct_id' | 'properties' | 'left_out'>>;

export const FORMATS: Record<string, string> = {
  csv: 'CSV',
  jsonl: 'JSON Lines',
  json: 'JSON',
  parquet: 'Parquet',
};

export function listEventImports(cursor?: string) {
  return call(api.GET('/api/v1/events/imports', { params: { query: { limit: 20, cursor } } }));
}

export function getEventImport(id: string) {
  return call(api.GET('/api/v1/events/imports/{id}', { params: { path: { id } } }));
}

export function getPreview(id: string) {
  return call(api.GET('/api/v1/events/imports/{id}/preview', { params: { path: { id } } }));
}

export function saveMapping(row: EventImport, mapping: Mapping, reading: Reading) {
  const params = { path: { id: row.id }, header: ifMatch(row) };
  return call(api.PUT('/api/v1/events/imports/{id}/mapping', { params, body: { mapping, ...reading } }));
}

export function startImport(row: EventImport) {
  const params = { path: { id: row.id }, header: ifMatch(row) };
  return call(api.POST('/api/v1/events/imports/{id}/start', { params }));
}

export function cancelImport(id: string) {
  return call(api.POST('/api/v1/events/imports/{id}/cancel', { params: { path: { id } } }));
}

export function undoImport(row: EventImport) {
  const params = { path: { id: row.id }, header: ifMatch(row) };
  return call(api.POST('/api/v1/events/imports/{id}/undo', { params }));
}
