import { call, ifMatch, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { Option } from '#lib/ui/options.svelte.ts';

export type Outcome = Schemas['OutcomeOut'];
export type OutcomePatch = Schemas['OutcomePatch'];
export type OutcomeQuote = Schemas['QuoteOut'];

const PAGE_SIZE = 50;
const OPTIONS_MAX = 20;
const DECISIONS_MAX = 100;
/** What the server takes for one outcome. */
export const QUOTES_MAX = 30;

export const VIEWS = ['all', 'draft', 'published', 'archived'] as const;
export type View = (typeof VIEWS)[number];

export const viewOf = (text: string | null): View => VIEWS.find((view) => view === text) ?? 'all';

export function listOutcomes(view: View, cursor?: string) {
  const state = view === 'draft' || view === 'published' ? view : undefined;
  const query = { state, archived: view === 'archived' || undefined, limit: PAGE_SIZE, cursor };
  return call(api.GET('/api/v1/outcomes', { params: { query } }));
}

export const getOutcome = (id: string) =>
  call(api.GET('/api/v1/outcomes/{id}', { params: { path: { id } } }));

export const draftOutcome = (decision_id: string) =>
  call(api.POST('/api/v1/outcomes', { body: { decision_id } }));

const versioned = (outcome: { id: string; version: number }) => ({
  params: { path: { id: outcome.id }, header: ifMatch(outcome) },
});

export const updateOutcome = (outcome: { id: string; version: number }, body: OutcomePatch) =>
  call(api.PATCH('/api/v1/outcomes/{id}', { ...versioned(outcome), body }));

export type Act = 'publish' | 'unpublish' | 'archive' | 'restore';

const ACTS: Record<Act, (outcome: Outcome) => Promise<Outcome>> = {
  publish: (outcome) => call(api.POST('/api/v1/outcomes/{id}/publish', versioned(outcome))),
  unpublish: (outcome) => call(api.POST('/api/v1/outcomes/{id}/unpublish', versioned(outcome))),
  archive: (outcome) => call(api.DELETE('/api/v1/outcomes/{id}', versioned(outcome))),
  restore: (outcome) => call(api.POST('/api/v1/outcomes/{id}/restore', versioned(outcome))),
};

export const act = (what: Act, outcome: Outcome) => ACTS[what](outcome);

export async function listQuotes(id: string) {
  return (await call(api.GET('/api/v1/outcomes/{id}/quotes', { params: { path: { id } } }))).items;
}

export const previewNotices = (id: string) =>
  call(api.GET('/api/v1/outcomes/{id}/notices', { params: { path: { id } } }));

export const sendNotices = (id: string) =>
  call(api.POST('/api/v1/outcomes/{id}/notices', { params: { path: { id } } }));

/** The decisions an outcome can tell about. */
export async function findDecisions(text: string): Promise<Option[]> {
  const query = { state: 'decided', limit: DECISIONS_MAX };
  const { items } = await call(api.GET('/api/v1/decisions', { params: { query } }));
  const wanted = text.trim().toLowerCase();
  return items
    .filter(({ question }) => question.toLowerCase().includes(wanted))
    .map(({ id, question }) => ({ id, name: question }))
    .slice(0, OPTIONS_MAX);
}
