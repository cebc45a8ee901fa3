import type { components } from './schema.d.ts';

/**
 * Endpoints of the agreed contract that openapi.json does not describe yet. It wins over this file by itself as
 * soon as it has a path, so an entry here is only ever deleted.
 */
export interface Upcoming {
  '/api/v1/password-resets': { post: Operation<NoParameters, { email: string }, undefined> };
  '/api/v1/password-resets/{token}': { post: Operation<Token, { password: string }, undefined> };
  '/api/v1/invitations/{token}': {
    get: Operation<
      Token,
      undefined,
      { workspace: string; email: string; role: components['schemas']['Role'] }
    >;
  };
  '/api/v1/invitations/{token}/accept': {
    post: Operation<Token, { name: string; password: string }, undefined>;
  };
  '/api/v1/members': {
    get: Operation<
      { query?: { limit?: number; cursor?: string; q?: string } },
      undefined,
      { items: { id: string; name: string; email: string; role: components['schemas']['Role'] }[] }
    >;
  };
<<<<<<< HEAD
=======
  '/api/v1/people/{id}': { get: Operation<Id, undefined, { id: string; name: string }> };
  '/api/v1/accounts/{id}': { get: Operation<Id, undefined, { id: string; name: string }> };
  '/api/v1/metrics': { get: Operation<Limit, undefined, { items: { id: string; name: string }[] }> };
  '/api/v1/themes': { get: Operation<Limit, undefined, { items: { id: string; name: string }[] }> };
  '/api/v1/insights': { get: Operation<Limit, undefined, { items: { id: string; statement: string }[] }> };
>>>>>>> bet
  '/api/v1/search': {
    get: Operation<
      { query: { q: string; limit?: number } },
      undefined,
      { items: { kind: string; id: string; title: string }[] }
    >;
  };
  '/api/v1/decisions': {
    get: Operation<{ query?: { state?: string; limit?: number } }, undefined, { items: DecisionName[] }>;
  };
  '/api/v1/outcomes': {
    get: Operation<
      { query?: { state?: string; audience?: string; archived?: boolean } & Paging },
      undefined,
      List<Outcome>
    >;
    post: Operation<NoParameters, { decision_id: string }, Outcome>;
  };
  '/api/v1/outcomes/{id}': {
    get: Operation<Id, undefined, Outcome>;
    patch: Operation<Versioned, OutcomePatch, Outcome>;
    delete: Operation<Versioned, undefined, Outcome>;
  };
  '/api/v1/outcomes/{id}/publish': { post: Operation<Versioned, undefined, Outcome> };
  '/api/v1/outcomes/{id}/unpublish': { post: Operation<Versioned, undefined, Outcome> };
  '/api/v1/outcomes/{id}/restore': { post: Operation<Versioned, undefined, Outcome> };
  '/api/v1/outcomes/{id}/quotes': { get: Operation<Id, undefined, { items: OutcomeQuote[] }> };
  '/api/v1/outcomes/{id}/notices': {
    get: Operation<Id, undefined, NoticePreview>;
    post: Operation<Id, undefined, { n_queued: number }>;
  };
  '/api/v1/critiques': {
    get: Operation<
      { query?: { outcome_id?: string; state?: string; unanswered?: boolean } & Paging },
      undefined,
      List<Critique>
    >;
  };
  '/api/v1/critiques/{id}': { patch: Operation<Versioned, { state: string }, Critique> };
  '/api/v1/critiques/{id}/answer': {
    post: Operation<Versioned, { kind: string; answer: string; reopen_decision?: boolean }, Critique>;
  };
  '/api/v1/measures': { get: Operation<{ query?: Period }, undefined, Learning> };
  '/api/v1/measures/scores': {
    get: Operation<
      { query: { kind: 'nps' | 'pmf'; interval?: 'week' | 'month' } & Period },
      undefined,
      Scores
    >;
  };
}

interface Paging {
  limit?: number;
  cursor?: string;
}

interface Period {
  from?: string;
  to?: string;
}

interface List<T> {
  items: T[];
  next?: string | null;
  total: number;
}

interface Versioned extends Id {
  header: { 'If-Match': string };
}

export interface DecisionName {
  id: string;
  question: string;
}

export interface OutcomePatch {
  title?: string | null;
  said?: string | null;
  tried?: string | null;
  learned?: string | null;
  did?: string | null;
  audience?: string | null;
  quotes?: string[] | null;
}

export interface Outcome {
  id: string;
  version: number;
  updated_at: string;
  archived_at?: string | null;
  decision_id: string;
  title: string;
  said: string;
  tried: string;
  learned: string;
  did: string;
  quotes: string[];
  /** team, link or public */
  audience: string;
  /** draft or published */
  state: string;
  published_at?: string | null;
  /** The page's address, once published for more than the team. */
  url?: string | null;
}

export interface OutcomeQuote {
  signal_id: string;
  body: string;
  /** How far the speaker lets these words go. */
  may_show: string;
  occurred_at: string;
}

export interface NoticePreview {
  subject: string;
  text: string;
  people: {
    person_id: string;
    name: string;
    will_hear: boolean;
    reason?: string | null;
    n_signals: number;
  }[];
  n_will_hear: number;
}

export interface Critique {
  id: string;
  version: number;
  created_at: string;
  outcome_id: string;
  kind: string;
  body: string;
  author_name: string;
  author_email?: string | null;
  /** pending, published or hidden */
  state: string;
  /** answered or accepted; null while open */
  answer_kind?: string | null;
  answer: string;
}

/** A number with its interval, or the reason why there is none. */
export interface Figure {
  value?: number | null;
  low?: number | null;
  high?: number | null;
  n: number;
  reason?: string | null;
}

export interface Way {
  median_days: Figure;
  p80_days: Figure;
}

export interface Learning {
  from: string;
  to: string;
  time_to_learning: {
    total: Way;
    hearing: Way;
    betting: Way;
    testing: Way;
    deciding: Way;
    n_not_validated: number;
  };
  decision_latency: Way;
  throughput: { week: string; n_conclusive: number; n_inconclusive: number }[];
  coverage: { with_evidence: Figure; with_test: Figure };
  calibration: { brier: Figure; bins: { forecast: number; happened: Figure }[] };
  contact: { streak_weeks: number; n_contacts: number };
  stale: { n_overdue_decisions: number; n_results_without_decision: number };
  definitions: { measure: string; meaning: string }[];
}

export interface Scores {
  whole: Figure;
  over_time: { start: string; score: Figure }[];
  by_plan: { plan: string; score: Figure }[];
  truncated: boolean;
  definition: string;
}

interface NoParameters {
  query?: never;
}

interface Token {
  path: { token: string };
}

<<<<<<< HEAD
=======
interface Limit {
  query?: { limit?: number };
}

interface Id {
  path: { id: string };
}

>>>>>>> bet
type Operation<Parameters, Body, Answer> = {
  parameters: Parameters;
  responses: { 200: { content: { 'application/json': Answer } } };
} & (Body extends undefined
  ? { requestBody?: never }
  : { requestBody: { content: { 'application/json': Body } } });
