import { call, ifMatch, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';

export type Critique = Schemas['CritiqueOut'];

const PAGE_SIZE = 50;

export interface CritiqueQuery {
  outcome_id?: string;
  state?: string;
  unanswered?: boolean;
}

export const VIEWS = ['pending', 'unanswered', 'published', 'hidden', 'all'] as const;
export type View = (typeof VIEWS)[number];

/** New ones first of all: nothing is shown to readers before the team has looked at it. */
export const viewOf = (text: string | null): View => VIEWS.find((view) => view === text) ?? 'pending';

export function queryOf(view: View): CritiqueQuery {
  if (view === 'all') return {};
  return view === 'unanswered' ? { unanswered: true } : { state: view };
}

export const KIND_WORDS: Record<string, string> = {
  method: 'Method',
  data: 'Data',
  interpretation: 'Interpretation',
  missing_group: 'A group is missing',
};

export function listCritiques(query: CritiqueQuery, cursor?: string) {
  return call(api.GET('/api/v1/critiques', { params: { query: { ...query, limit: PAGE_SIZE, cursor } } }));
}

export const getCritique = (id: string) =>
  call(api.GET('/api/v1/critiques/{id}', { params: { path: { id } } }));

export const createCritique = (body: Schemas['CritiqueIn']) => call(api.POST('/api/v1/critiques', { body }));

const params = (critique: Critique) => ({ path: { id: critique.id }, header: ifMatch(critique) });

export const moderate = (critique: Critique, state: 'published' | 'hidden') =>
  call(api.PATCH('/api/v1/critiques/{id}', { params: params(critique), body: { state } }));

export interface Answer {
  kind: 'answered' | 'accepted';
  answer: string;
  reopen_decision: boolean;
}

export const answerCritique = (critique: Critique, body: Answer) =>
  call(api.POST('/api/v1/critiques/{id}/answer', { params: params(critique), body }));
