import { call, ifMatch, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { Traits } from '../traits.ts';
import type { TimelinePart } from '../timeline.ts';

export type Account = Schemas['AccountOut'];
/** The description says only that traits are an object; these are its values. */
type WithTraits<Body> = Omit<Body, 'traits'> & { traits?: Traits };
type Versioned = { id: string; version: number };

export const PAGE_SIZE = 50;

export interface AccountFilters {
  q?: string;
  segment_id?: string;
  archived?: boolean;
  sort?: string;
}

export function filtersOf(params: URLSearchParams): AccountFilters {
  return {
    q: params.get('q') ?? undefined,
    segment_id: params.get('segment') ?? undefined,
    archived: params.has('archived') || undefined,
    sort: params.get('sort') ?? undefined,
  };
}

export function listAccounts(filters: AccountFilters, cursor?: string) {
  return call(api.GET('/api/v1/accounts', { params: { query: { ...filters, limit: PAGE_SIZE, cursor } } }));
}

export function getAccount(id: string) {
  return call(api.GET('/api/v1/accounts/{id}', { params: { path: { id } } }));
}

export function listTimeline(id: string, part: TimelinePart, cursor?: string) {
  const query = { part, cursor };
  return call(api.GET('/api/v1/accounts/{id}/timeline', { params: { path: { id }, query } }));
}

export function createAccount(body: WithTraits<Schemas['AccountIn']>) {
  return call(api.POST('/api/v1/accounts', { body: body as Schemas['AccountIn'] }));
}

export function updateAccount(account: Versioned, body: WithTraits<Schemas['AccountPatch']>) {
  const params = { path: { id: account.id }, header: ifMatch(account) };
  return call(api.PATCH('/api/v1/accounts/{id}', { params, body: body as Schemas['AccountPatch'] }));
}

export function archiveAccount(account: Versioned) {
  const params = { path: { id: account.id }, header: ifMatch(account) };
  return call(api.DELETE('/api/v1/accounts/{id}', { params }));
}

export function restoreAccount(account: Versioned) {
  const params = { path: { id: account.id }, header: ifMatch(account) };
  return call(api.POST('/api/v1/accounts/{id}/restore', { params }));
}
