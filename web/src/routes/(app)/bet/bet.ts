import { call, ifMatch, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { Option } from '#lib/ui/options.svelte.ts';

export type Objective = Schemas['ObjectiveOut'];
export type Opportunity = Schemas['OpportunityOut'];
export type ObjectiveTree = Schemas['ObjectiveTree'];
export type Hypothesis = Schemas['HypothesisOut'];
export type HypothesisBrief = Schemas['HypothesisBrief'];
export type HypothesisPatch = Schemas['HypothesisPatch'];
export type Evidence = Schemas['EvidenceOut'];
export type Bet = Schemas['BetOut'];
export type BetPatch = Schemas['BetPatch'];
export type BetState = Schemas['BetState'];
export type Strength = Schemas['EvidenceStrength'];
type Versioned = { id: string; version: number };
const seen = (row: Versioned) => ({ path: { id: row.id }, header: ifMatch(row) });

export const PAGE_SIZE = 50;
const OPTIONS_MAX = 20;

export const STRENGTHS: readonly { value: Strength; label: string; hint: string }[] = [
  { value: 'opinion', label: 'Opinion', hint: 'Somebody thinks so.' },
  { value: 'stated_behaviour', label: 'Said they do', hint: 'People told what they do or did.' },
  { value: 'observed_behaviour', label: 'Seen doing', hint: 'People were watched, or measured.' },
  { value: 'commitment', label: 'Committed', hint: 'People gave time, money or their name.' },
  { value: 'randomised', label: 'Randomised test', hint: 'Chance decided who got what.' },
];

export const strengthLabel = (value: Strength) =>
  STRENGTHS.find((one) => one.value === value)?.label ?? value;

export const HYPOTHESIS_STATES = [
  { value: 'draft', label: 'Draft' },
  { value: 'open', label: 'Open' },
  { value: 'confirmed', label: 'Confirmed' },
  { value: 'refuted', label: 'Refuted' },
  { value: 'expired', label: 'Expired' },
] as const;

export const BET_STATES: readonly { value: BetState; label: string }[] = [
  { value: 'backlog', label: 'Backlog' },
  { value: 'scoring', label: 'Scoring' },
  { value: 'ready', label: 'Ready' },
  { value: 'running', label: 'Running' },
  { value: 'decided', label: 'Decided' },
  { value: 'dropped', label: 'Dropped' },
];

export const stateLabel = (state: BetState) =>
  BET_STATES.find(({ value }) => value === state)?.label ?? state;

export const getTree = () => call(api.GET('/api/v1/objectives/tree'));

export const createObjective = (body: Schemas['ObjectiveIn']) =>
  call(api.POST('/api/v1/objectives', { body }));

export const createOpportunity = (body: Schemas['OpportunityIn']) =>
  call(api.POST('/api/v1/opportunities', { body }));

export const getObjective = (id: string) =>
  call(api.GET('/api/v1/objectives/{id}', { params: { path: { id } } }));

export const updateObjective = (row: Versioned, body: Schemas['ObjectivePatch']) =>
  call(api.PATCH('/api/v1/objectives/{id}', { params: seen(row), body }));

export const archiveObjective = (row: Versioned) =>
  call(api.DELETE('/api/v1/objectives/{id}', { params: seen(row) }));

export const restoreObjective = (row: Versioned) =>
  call(api.POST('/api/v1/objectives/{id}/restore', { params: seen(row) }));

export const getOpportunity = (id: string) =>
  call(api.GET('/api/v1/opportunities/{id}', { params: { path: { id } } }));

export const updateOpportunity = (row: Versioned, body: Schemas['OpportunityPatch']) =>
  call(api.PATCH('/api/v1/opportunities/{id}', { params: seen(row), body }));

export const archiveOpportunity = (row: Versioned) =>
  call(api.DELETE('/api/v1/opportunities/{id}', { params: seen(row) }));

export const restoreOpportunity = (row: Versioned) =>
  call(api.POST('/api/v1/opportunities/{id}/restore', { params: seen(row) }));

export const createHypothesis = (body: Schemas['HypothesisIn']) =>
  call(api.POST('/api/v1/hypotheses', { body }));

export function listHypotheses(query: { state?: Hypothesis['state']; expired?: boolean }, cursor?: string) {
  return call(api.GET('/api/v1/hypotheses', { params: { query: { ...query, limit: PAGE_SIZE, cursor } } }));
}

export const getHypothesis = (id: string) =>
  call(api.GET('/api/v1/hypotheses/{id}', { params: { path: { id } } }));

export function updateHypothesis(hypothesis: Versioned, body: HypothesisPatch): Promise<Hypothesis> {
  const params = { path: { id: hypothesis.id }, header: ifMatch(hypothesis) };
  return call(api.PATCH('/api/v1/hypotheses/{id}', { params, body }));
}

export const listEvidence = async (id: string) =>
  (await call(api.GET('/api/v1/hypotheses/{id}/evidence', { params: { path: { id } } }))).items;

export const addEvidence = (id: string, body: Schemas['EvidenceIn']) =>
  call(api.POST('/api/v1/hypotheses/{id}/evidence', { params: { path: { id } }, body }));

export function removeEvidence({ hypothesis_id: id, id: evidence_id }: Evidence) {
  const params = { path: { id, evidence_id } };
  return call(api.DELETE('/api/v1/hypotheses/{id}/evidence/{evidence_id}', { params }));
}

export function listBets(query: { hypothesis_id?: string; state?: BetState }, cursor?: string) {
  return call(api.GET('/api/v1/bets', { params: { query: { ...query, limit: PAGE_SIZE, cursor } } }));
}

export const getBoard = () => call(api.GET('/api/v1/bets/board'));

export const getBet = (id: string) => call(api.GET('/api/v1/bets/{id}', { params: { path: { id } } }));

export const createBet = (body: Schemas['BetIn']) => call(api.POST('/api/v1/bets', { body }));

export function updateBet(bet: Versioned, body: BetPatch): Promise<Bet> {
  const params = { path: { id: bet.id }, header: ifMatch(bet) };
  return call(api.PATCH('/api/v1/bets/{id}', { params, body }));
}

export function moveBet(bet: Versioned, state: BetState): Promise<Bet> {
  const params = { path: { id: bet.id }, header: ifMatch(bet) };
  return call(api.POST('/api/v1/bets/{id}/move', { params, body: { state } }));
}

export function noteDrill(bet: Versioned): Promise<Bet> {
  const params = { path: { id: bet.id }, header: ifMatch(bet) };
  return call(api.POST('/api/v1/bets/{id}/undo-drill', { params }));
}

export const setScorers = (id: string, user_ids: string[], again = false) =>
  call(api.PUT('/api/v1/bets/{id}/scorers', { params: { path: { id } }, body: { user_ids, again } }));

export const setMyScore = (id: string, body: Schemas['ScoreIn']) =>
  call(api.PUT('/api/v1/bets/{id}/my-score', { params: { path: { id } }, body }));

const matching = (query: string) => (option: Option) =>
  option.name.toLowerCase().includes(query.trim().toLowerCase());

export async function findMembers(query: string): Promise<Option[]> {
  const { items } = await call(api.GET('/api/v1/members'));
  return items
    .map(({ id, name, email }) => ({ id, name: name || email, hint: name && email }))
    .filter(matching(query))
    .slice(0, OPTIONS_MAX);
}

export async function findHypotheses(query: string): Promise<Option[]> {
  const { items } = await call(api.GET('/api/v1/hypotheses', { params: { query: { limit: 200 } } }));
  return items
    .map(({ id, title }) => ({ id, name: title }))
    .filter(matching(query))
    .slice(0, OPTIONS_MAX);
}
