import { call, ifMatch, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';

export type Definition = Schemas['QuestionDefinition'];
export type Answer = Schemas['QuestionAnswer'];
export type Cell = Schemas['AnswerCell'];
export type Deed = Schemas['ExactDeed'];
export type Filter = Schemas['Filter'];
export type Breakdown = Schemas['BreakdownIn'];
export type Saved = Schemas['QuestionOut'];
export type Kind = Definition['kind'];
/** The definition of one kind of question. */
export type Of<K extends Kind> = Extract<Definition, { kind: K }>;

export const KINDS: { value: Kind; label: string; asks: string }[] = [
  { value: 'trend', label: 'Trend', asks: 'How often is something done, and by how many?' },
  { value: 'funnel', label: 'Funnel', asks: 'How far do people come, and where do they drop off?' },
  { value: 'retention', label: 'Retention', asks: 'Who comes back?' },
  { value: 'lifecycle', label: 'Lifecycle', asks: 'Who is new, stays, falls asleep, wakes up?' },
  { value: 'stickiness', label: 'Stickiness', asks: 'In how many periods are people there?' },
  { value: 'paths', label: 'Paths', asks: 'What do people do after one another?' },
  { value: 'adoption', label: 'Adoption', asks: 'How many use a feature, how often, and again?' },
];

export const INTERVALS = [
  { value: 'hour', label: 'Hour' },
  { value: 'day', label: 'Day' },
  { value: 'week', label: 'Week' },
  { value: 'month', label: 'Month' },
] as const;

export const TIMES = [
  { value: '-24h', label: 'Last 24 hours' },
  { value: '-7d', label: 'Last 7 days' },
  { value: '-30d', label: 'Last 30 days' },
  { value: '-90d', label: 'Last 90 days' },
  { value: '-6m', label: 'Last 6 months' },
  { value: '-12m', label: 'Last 12 months' },
];

const UNITS: Record<string, string> = { h: 'hours', d: 'days', w: 'weeks', m: 'months' };

/** A time as people say it, also one that a list does not offer. */
export function timeWords(from: string): string {
  const [, n, unit = ''] = /^-(\d+)([hdwm])$/.exec(from) ?? [];
  return n ? `Last ${n} ${UNITS[unit]}` : `Since ${from}`;
}

export const OPS = [
  { value: 'eq', label: 'is' },
  { value: 'ne', label: 'is not' },
  { value: 'contains', label: 'contains' },
  { value: 'regex', label: 'matches' },
  { value: 'gt', label: '>' },
  { value: 'lt', label: '<' },
  { value: 'gte', label: '≥' },
  { value: 'lte', label: '≤' },
  { value: 'set', label: 'is there' },
  { value: 'not_set', label: 'is missing' },
] as const;

export const AGGREGATES = [
  { value: 'count', label: 'Events' },
  { value: 'people', label: 'People' },
  { value: 'per_person', label: 'Events per person' },
  { value: 'weekly_active', label: 'Weekly active people' },
  { value: 'monthly_active', label: 'Monthly active people' },
  { value: 'sum', label: 'Sum of' },
  { value: 'average', label: 'Average of' },
  { value: 'median', label: 'Median of' },
  { value: 'p90', label: '90th percentile of' },
  { value: 'p95', label: '95th percentile of' },
  { value: 'p99', label: '99th percentile of' },
  { value: 'min', label: 'Least' },
  { value: 'max', label: 'Most' },
] as const;

const OF_NUMBERS = ['sum', 'average', 'median', 'p90', 'p95', 'p99', 'min', 'max'];

export const needsProperty = (aggregate: string | undefined) => OF_NUMBERS.includes(aggregate ?? '');

/** What a question of a kind begins with; time, people, filters and breakdown are those of the question before. */
export function begin(kind: Kind, before?: Definition): Definition {
  const { from, to, filters, segment, people, breakdown } = before ?? {};
  const frame = { from, to, filters, segment, people, breakdown };
  const week = { interval: 'week' as const };
  const without = { ...frame, breakdown: undefined };
  const [first = {}] = before ? deedsOf(before) : [];
  switch (kind) {
    case 'trend':
      return { kind, ...frame, series: [{ ...first, aggregate: 'count' }], interval: 'day' };
    case 'funnel':
      return { kind, ...frame, steps: [first, {}] };
    case 'retention':
      return { kind, ...frame, start: first, ...week };
    case 'lifecycle':
      return { kind, ...without, ...first, ...week };
    case 'stickiness':
      return { kind, ...without, ...first, ...week };
    case 'paths':
      return { kind, ...without };
    case 'adoption':
      return { kind, ...frame, feature: first, ...week };
  }
}

/** The events that a question names, in its order. */
export function deedsOf(question: Definition): Deed[] {
  switch (question.kind) {
    case 'trend':
      return question.series.map(({ event, filters }) => ({ event, filters }));
    case 'funnel':
      return question.steps.map(exact);
    case 'retention':
      return [exact(question.start)];
    case 'lifecycle':
    case 'stickiness':
      return [{ event: question.event, filters: undefined }];
    case 'paths':
      return (question.over ?? []).map(exact);
    case 'adoption':
      return [exact(question.feature)];
  }
}

/** The server takes a bare name where nothing more is said. */
export function exact(deed: string | Deed): Deed {
  return typeof deed === 'string' ? { event: deed } : deed;
}

const PATH = '/understand/questions/ask';

/** The address of a question: all of it stands there, with the kept question or the metric that it is asked for. */
export function askLink(question: Definition, id?: string | null, metric?: string | null): string {
  const query = new URLSearchParams({
    q: JSON.stringify(question),
    ...(id ? { id } : {}),
    ...(metric ? { metric } : {}),
  });
  return `${PATH}?${query}`;
}

export function questionOf(params: URLSearchParams): Definition | null {
  try {
    const question = JSON.parse(params.get('q') ?? 'null') as Definition | null;
    return question && KINDS.some(({ value }) => value === question.kind) ? question : null;
  } catch {
    return null;
  }
}

/** Whether enough was chosen to ask. */
export function isComplete(question: Definition): boolean {
  if (question.kind === 'trend') {
    return question.series.every(({ aggregate, property }) => !needsProperty(aggregate) || !!property);
  }
  return question.kind !== 'adoption' || !!exact(question.feature).event;
}

export function ask(question: Definition, signal?: AbortSignal) {
  return call(api.POST('/api/v1/analytics/query', { body: question, signal }));
}

export function listBehind(question: Definition, cell: Cell, cursor?: string) {
  const params = { query: { limit: 50, cursor } };
  return call(api.POST('/api/v1/analytics/people', { params, body: { question, cell } }));
}

export function keepBehind(question: Definition, cell: Cell, name: string) {
  return call(api.POST('/api/v1/analytics/people/segment', { body: { question, cell, name } }));
}

export function listSegments() {
  return call(api.GET('/api/v1/segments', { params: { query: { archived: false } } }));
}

/** Complains about a rule that makes no sense. */
export function tryRule(rule: Schemas['SegmentRule']) {
  return call(api.POST('/api/v1/segments/preview', { body: { rule } }));
}

export function listSaved() {
  return call(api.GET('/api/v1/questions', { params: { query: { limit: 200 } } }));
}

export function getSaved(id: string) {
  return call(api.GET('/api/v1/questions/{id}', { params: { path: { id } } }));
}

export function save(name: string, description: string, definition: Definition) {
  return call(api.POST('/api/v1/questions', { body: { name, description, definition } }));
}

export function update(saved: Saved, change: Schemas['QuestionPatch']) {
  const params = { path: { id: saved.id }, header: ifMatch(saved) };
  return call(api.PATCH('/api/v1/questions/{id}', { params, body: change }));
}

export function archive(saved: Saved) {
  const params = { path: { id: saved.id }, header: ifMatch(saved) };
  return call(api.DELETE('/api/v1/questions/{id}', { params }));
}

export function groupWords(group: Schemas['GroupOut'] | null | undefined): string {
  if (!group) return '';
  if (group.kind === 'value') return group.value;
  return group.kind === 'missing' ? 'None' : 'All others';
}
