export type Stage = 'listen' | 'understand' | 'bet' | 'experiment' | 'decide' | 'share';

interface Kind {
  one: string;
  many: string;
  stage: Stage;
  /** The folder of its pages. */
  path?: string;
  /** The list that shows it, where it has no page of its own; after a = comes its id. */
  list?: string;
}

/** What each kind of object is called, where in the loop it belongs, and where it is found. */
export const KINDS: Record<string, Kind> = {
  account: { one: 'Account', many: 'Accounts', stage: 'listen', path: '/listen/accounts' },
  action: { one: 'Action', many: 'Actions', stage: 'decide', path: '/decide/actions' },
  bet: { one: 'Bet', many: 'Bets', stage: 'bet', path: '/bet/bets' },
  critique: { one: 'Critique', many: 'Critiques', stage: 'share', path: '/share/critiques' },
  decision: { one: 'Decision', many: 'Decisions', stage: 'decide', path: '/decide/decisions' },
  experiment: {
    one: 'Experiment',
    many: 'Experiments',
    stage: 'experiment',
    path: '/experiment/experiments',
  },
  firing: { one: 'Rule fired', many: 'Rules fired', stage: 'decide', list: '/decide/rules' },
  highlight: { one: 'Highlight', many: 'Highlights', stage: 'understand' },
  hypothesis: { one: 'Hypothesis', many: 'Hypotheses', stage: 'bet', path: '/bet/hypotheses' },
  insight: { one: 'Insight', many: 'Insights', stage: 'understand', path: '/understand/insights' },
  interview: { one: 'Interview', many: 'Interviews', stage: 'listen', path: '/listen/interviews' },
  metric: { one: 'Metric', many: 'Metrics', stage: 'understand', path: '/understand/metrics' },
  objective: { one: 'Objective', many: 'Objectives', stage: 'bet', path: '/bet/objectives' },
  opportunity: { one: 'Opportunity', many: 'Opportunities', stage: 'bet', path: '/bet/opportunities' },
  outcome: { one: 'Outcome', many: 'Outcomes', stage: 'share', path: '/share/outcomes' },
  person: { one: 'Person', many: 'People', stage: 'listen', path: '/listen/people' },
  response: { one: 'Survey answer', many: 'Survey answers', stage: 'listen' },
  review: { one: 'Review', many: 'Reviews', stage: 'decide', path: '/decide/reviews' },
  rule: { one: 'Rule', many: 'Rules', stage: 'decide', list: '/decide/rules?edit=' },
  segment: { one: 'Segment', many: 'Segments', stage: 'listen', path: '/listen/segments' },
  signal: { one: 'Signal', many: 'Signals', stage: 'listen', path: '/listen/signals' },
  source: { one: 'Source', many: 'Sources', stage: 'listen', list: '/listen/signals?source_id=' },
  survey: { one: 'Survey', many: 'Surveys', stage: 'listen', path: '/listen/surveys' },
  theme: { one: 'Theme', many: 'Themes', stage: 'understand', path: '/understand/themes' },
};

export const kindWords = (kind: string, n = 1) => KINDS[kind]?.[n === 1 ? 'one' : 'many'] ?? kind;

export function hrefOf(kind: string, id: string): string | undefined {
  const { path, list } = KINDS[kind] ?? {};
  if (path) return `${path}/${encodeURIComponent(id)}`;
  return list?.endsWith('=') ? list + encodeURIComponent(id) : list;
}

/** Kinds whose title is what somebody said, and is shown as a quote. */
export const isQuote = (kind: string) => kind === 'signal' || kind === 'highlight' || kind === 'critique';

const REVIEWS: Record<string, string> = { weekly: 'Weekly review' };

/** A title for people: that of a review is its kind, and some objects have none. */
export function titleOf({ kind, title }: { kind: string; title: string }): string {
  if (kind === 'review') return REVIEWS[title] ?? kindWords(kind);
  if (kind === 'response') return `Answer to “${title}”`;
  return title || `${kindWords(kind)} without a name`;
}

const TONES: Record<string, 'positive' | 'negative' | 'accent' | 'info'> = {
  confirmed: 'positive',
  persevere: 'positive',
  done: 'positive',
  published: 'positive',
  refuted: 'negative',
  stop: 'negative',
  running: 'accent',
  live: 'accent',
};

/** What stands where, in words; for some kinds the server says something else there than a state. */
export function stateOf({ kind, state }: { kind: string; state: string }) {
  if (!state || kind === 'metric' || kind === 'source') return undefined;
  const words = state.replaceAll('_', ' ');
  return { words: words.charAt(0).toUpperCase() + words.slice(1), tone: TONES[state] };
}
