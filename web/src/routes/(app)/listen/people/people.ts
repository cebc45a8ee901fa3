import { call, ifMatch, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { Traits } from '../traits.ts';
import type { Option } from '#lib/ui/options.svelte.ts';
import type { TimelinePart } from '../timeline.ts';

export type Person = Schemas['PersonOut'];
/** The description says only that traits are an object; these are its values. */
type WithTraits<Body> = Omit<Body, 'traits'> & { traits?: Traits };
type Versioned = { id: string; version: number };

export const PAGE_SIZE = 50;
const OPTIONS_MAX = 20;

export interface PersonFilters {
  q?: string;
  segment_id?: string;
  archived?: boolean;
}

export function filtersOf(params: URLSearchParams): PersonFilters {
  return {
    q: params.get('q') ?? undefined,
    segment_id: params.get('segment') ?? undefined,
    archived: params.has('archived') || undefined,
  };
}

export function listPeople(filters: PersonFilters & { account_id?: string }, cursor?: string) {
  return call(api.GET('/api/v1/people', { params: { query: { ...filters, limit: PAGE_SIZE, cursor } } }));
}

export function getPerson(id: string) {
  return call(api.GET('/api/v1/people/{id}', { params: { path: { id } } }));
}

export function listTimeline(id: string, part: TimelinePart, cursor?: string) {
  const query = { part, cursor };
  return call(api.GET('/api/v1/people/{id}/timeline', { params: { path: { id }, query } }));
}

export function listDistinctIds(id: string) {
  return call(api.GET('/api/v1/people/{id}/distinct-ids', { params: { path: { id } } }));
}

export function listMerges(id: string) {
  return call(api.GET('/api/v1/people/{id}/merges', { params: { path: { id } } }));
}

export function createPerson(body: WithTraits<Schemas['PersonIn']>) {
  return call(api.POST('/api/v1/people', { body: body as Schemas['PersonIn'] }));
}

export function updatePerson(person: Versioned, body: WithTraits<Schemas['PersonPatch']>) {
  const params = { path: { id: person.id }, header: ifMatch(person) };
  return call(api.PATCH('/api/v1/people/{id}', { params, body: body as Schemas['PersonPatch'] }));
}

export function archivePerson(person: Versioned) {
  return call(
    api.DELETE('/api/v1/people/{id}', { params: { path: { id: person.id }, header: ifMatch(person) } }),
  );
}

export function restorePerson(person: Versioned) {
  const params = { path: { id: person.id }, header: ifMatch(person) };
  return call(api.POST('/api/v1/people/{id}/restore', { params }));
}

export function mergePeople(person: Versioned, otherId: string) {
  const params = { path: { id: person.id }, header: ifMatch(person) };
  return call(api.POST('/api/v1/people/{id}/merges', { params, body: { other_id: otherId } }));
}

export function undoMerge(id: string, mergeId: string) {
  return call(
    api.POST('/api/v1/people/{id}/merges/{merge_id}/undo', { params: { path: { id, merge_id: mergeId } } }),
  );
}

export function erasePerson(person: Versioned) {
  const params = { path: { id: person.id }, header: ifMatch(person) };
  return call(api.POST('/api/v1/people/{id}/erase', { params, body: { confirm: true } }));
}

export const nameOf = (person: { name: string; email?: string | null; external_id?: string | null }) =>
  person.name || person.email || person.external_id || 'Unnamed person';

export async function findPeople(q: string): Promise<Option[]> {
  const { items } = await call(api.GET('/api/v1/people', { params: { query: { q, limit: OPTIONS_MAX } } }));
  return items.map((person) => ({ id: person.id, name: nameOf(person), hint: person.email ?? undefined }));
}

export async function findAccounts(q: string): Promise<Option[]> {
  const { items } = await call(api.GET('/api/v1/accounts', { params: { query: { q, limit: OPTIONS_MAX } } }));
  return items.map(({ id, name, plan }) => ({ id, name, hint: plan ?? undefined }));
}
