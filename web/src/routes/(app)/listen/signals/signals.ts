import { call, ifMatch, type Schemas } from '#lib/api/client.ts';
import { api, session } from '#lib/session.svelte.ts';
import type { Option } from '#lib/ui/options.svelte.ts';
import { queryOf, type Filters } from './filters.ts';

export type Signal = Schemas['SignalOut'];
export type SignalPatch = Schemas['SignalPatch'];

export const PAGE_SIZE = 50;
const OPTIONS_MAX = 20;
/** What the server takes in one bulk change. */
export const BULK_MAX = 500;

export function listSignals(filters: Filters, cursor?: string) {
  const query = { ...queryOf(filters, session.timeZone), limit: PAGE_SIZE, cursor };
  return call(api.GET('/api/v1/signals', { params: { query } }));
}

export function getSignal(id: string) {
  return call(api.GET('/api/v1/signals/{id}', { params: { path: { id } } }));
}

/** How many signals there are per source, tag and so on, under the same filters. */
export function countSignals(filters: Filters) {
  return call(api.GET('/api/v1/signals/facets', { params: { query: queryOf(filters, session.timeZone) } }));
}

export function updateSignal(signal: { id: string; version: number }, body: SignalPatch): Promise<Signal> {
  const params = { path: { id: signal.id }, header: ifMatch(signal) };
  return call(api.PATCH('/api/v1/signals/{id}', { params, body }));
}

/** All of them or none; gives their new versions. */
export async function changeSignals(change: Schemas['SignalsChange']): Promise<Signal[]> {
  return (await call(api.POST('/api/v1/signals/bulk', { body: change }))).items;
}

const matching = (query: string) => (option: Option) =>
  option.name.toLowerCase().includes(query.trim().toLowerCase());

export async function findSources(query: string): Promise<Option[]> {
  const { items } = await call(api.GET('/api/v1/sources'));
  return items.filter(matching(query)).slice(0, OPTIONS_MAX);
}

export async function findMembers(query: string): Promise<Option[]> {
  const { items } = await call(api.GET('/api/v1/members'));
  return items
    .map(({ id, name, email }) => ({ id, name: name || email, hint: name && email }))
    .filter(matching(query))
    .slice(0, OPTIONS_MAX);
}
