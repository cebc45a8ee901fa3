import { call, ifMatch, type Schemas } from '#lib/api/client.ts';
import { kindWords } from '#lib/chain/kinds.ts';
import { dayIn, nextDay, startOfDay } from '#lib/format/time.ts';
import { api, session } from '#lib/session.svelte.ts';
import type { Option } from '#lib/ui/options.svelte.ts';

export type Decision = Schemas['DecisionOut'];
export type Action = Schemas['ActionOut'];
export type Rule = Schemas['RuleOut'];
export type Firing = Schemas['FiringOut'];
export type Review = Schemas['ReviewOut'];
export type AgendaItem = Schemas['AgendaItem'];
export type ObjectRef = Schemas['ObjectRef'];

const PAGE_SIZE = 50;
const OPTIONS_MAX = 20;
const SECOND_MS = 1000;

type Versioned = { id: string; version: number };
const seen = (row: Versioned) => ({ path: { id: row.id }, header: ifMatch(row) });

/** A deadline is the end of a day: until midnight nobody is late. */
export const endOfDay = (day: string) =>
  day ? new Date(Date.parse(startOfDay(nextDay(day), session.timeZone)) - SECOND_MS).toISOString() : null;

export const dayOf = (iso: string | null | undefined) => (iso ? dayIn(iso, session.timeZone) : '');

/** The calendar day some days from now, as forms propose it. */
export function dayFromNow(days: number): string {
  const DAY_MS = 86_400_000;
  return dayIn(new Date(Date.now() + days * DAY_MS).toISOString(), session.timeZone);
}

export async function findMembers(query: string): Promise<Option[]> {
  const { items } = await call(api.GET('/api/v1/members'));
  return items
    .map(({ id, name, email }) => ({ id, name: name || email, hint: name && email }))
    .filter(({ name }) => name.toLowerCase().includes(query.trim().toLowerCase()))
    .slice(0, OPTIONS_MAX);
}

/** The signed-in member as an option: the owner that forms propose. */
export function me(): Option | null {
  const user = session.current?.user;
  return user ? { id: user.id, name: user.name || user.email } : null;
}

/** Searches objects of one kind by title. */
export const finder = (kind: string) => async (q: string) => {
  const { items } = await call(api.GET('/api/v1/objects', { params: { query: { kind, q } } }));
  return items.map(({ id, title, state }) => ({ id, name: title || kindWords(kind), hint: state }));
};

export const listDecisions = (
  query: { state?: string; verdict?: string; archived?: boolean },
  cursor?: string,
) => call(api.GET('/api/v1/decisions', { params: { query: { ...query, limit: PAGE_SIZE, cursor } } }));

export const getDecision = (id: string) =>
  call(api.GET('/api/v1/decisions/{id}', { params: { path: { id } } }));

export const updateDecision = (row: Versioned, body: Schemas['DecisionPatch']) =>
  call(api.PATCH('/api/v1/decisions/{id}', { params: seen(row), body }));

export const decide = (row: Versioned, body: Schemas['VerdictIn']) =>
  call(api.POST('/api/v1/decisions/{id}/decide', { params: seen(row), body }));

export const reopen = (row: Versioned) =>
  call(api.POST('/api/v1/decisions/{id}/reopen', { params: seen(row) }));

export const listActions = (
  query: { state?: string; owner_id?: string; decision_id?: string; review_id?: string },
  cursor?: string,
) => call(api.GET('/api/v1/actions', { params: { query: { ...query, limit: PAGE_SIZE, cursor } } }));

export const getAction = (id: string) => call(api.GET('/api/v1/actions/{id}', { params: { path: { id } } }));

export const updateAction = (row: Versioned, body: Schemas['ActionPatch']) =>
  call(api.PATCH('/api/v1/actions/{id}', { params: seen(row), body }));

export const archiveAction = (row: Versioned) =>
  call(api.DELETE('/api/v1/actions/{id}', { params: seen(row) }));

export const restoreAction = (row: Versioned) =>
  call(api.POST('/api/v1/actions/{id}/restore', { params: seen(row) }));

export const setDone = (row: Versioned, done: boolean) =>
  done
    ? call(api.POST('/api/v1/actions/{id}/done', { params: seen(row) }))
    : call(api.POST('/api/v1/actions/{id}/undone', { params: seen(row) }));

export const listRules = (cursor?: string) =>
  call(api.GET('/api/v1/rules', { params: { query: { limit: PAGE_SIZE, cursor } } }));

export const listFirings = (cursor?: string) =>
  call(api.GET('/api/v1/firings', { params: { query: { open: true, limit: PAGE_SIZE, cursor } } }));

export const handleFiring = (id: string, handled: boolean) =>
  call(api.POST('/api/v1/firings/{id}/handle', { params: { path: { id } }, body: { handled } }));

export const archiveRule = (row: Versioned) => call(api.DELETE('/api/v1/rules/{id}', { params: seen(row) }));

export const restoreRule = (row: Versioned) =>
  call(api.POST('/api/v1/rules/{id}/restore', { params: seen(row) }));

export const listReviews = (cursor?: string) =>
  call(api.GET('/api/v1/reviews', { params: { query: { limit: PAGE_SIZE, cursor } } }));

export const getReview = (id: string) => call(api.GET('/api/v1/reviews/{id}', { params: { path: { id } } }));

export const recordMinute = (review: Versioned, item_id: string, body: Schemas['MinuteIn']) => {
  const params = { path: { id: review.id, item_id }, header: ifMatch(review) };
  return call(api.PUT('/api/v1/reviews/{id}/minutes/{item_id}', { params, body }));
};

export const closeReview = (review: Versioned, summary: string) =>
  call(api.POST('/api/v1/reviews/{id}/close', { params: seen(review), body: { summary } }));
