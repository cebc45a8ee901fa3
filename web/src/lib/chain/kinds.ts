interface Kind {
  one: string;
  many: string;
  /** The folder of its page; a kind without one is shown as text. */
  path?: string;
}

/** What each kind of object is called, and where its page is. */
export const KINDS: Record<string, Kind> = {
  account: { one: 'Account', many: 'Accounts', path: '/listen/accounts' },
  action: { one: 'Action', many: 'Actions' },
  bet: { one: 'Bet', many: 'Bets', path: '/bet/bets' },
  critique: { one: 'Critique', many: 'Critiques' },
  decision: { one: 'Decision', many: 'Decisions', path: '/decide/decisions' },
  experiment: { one: 'Experiment', many: 'Experiments', path: '/experiment/experiments' },
  firing: { one: 'Rule fired', many: 'Rules fired' },
  highlight: { one: 'Highlight', many: 'Highlights' },
  hypothesis: { one: 'Hypothesis', many: 'Hypotheses', path: '/bet/hypotheses' },
  insight: { one: 'Insight', many: 'Insights', path: '/understand/insights' },
  interview: { one: 'Interview', many: 'Interviews', path: '/listen/interviews' },
  metric: { one: 'Metric', many: 'Metrics', path: '/understand/metrics' },
  objective: { one: 'Objective', many: 'Objectives' },
  opportunity: { one: 'Opportunity', many: 'Opportunities' },
  outcome: { one: 'Outcome', many: 'Outcomes', path: '/share/outcomes' },
  person: { one: 'Person', many: 'People', path: '/listen/people' },
  response: { one: 'Survey answer', many: 'Survey answers' },
  review: { one: 'Review', many: 'Reviews', path: '/decide/reviews' },
  rule: { one: 'Rule', many: 'Rules' },
  segment: { one: 'Segment', many: 'Segments' },
  signal: { one: 'Signal', many: 'Signals', path: '/listen/signals' },
  source: { one: 'Source', many: 'Sources' },
  survey: { one: 'Survey', many: 'Surveys', path: '/listen/surveys' },
  theme: { one: 'Theme', many: 'Themes', path: '/understand/themes' },
};

/** Kinds that are not pages of their own, and the list in which one of them is found. */
const LISTS: Record<string, string> = {
  action: '/decide/actions?state=all',
  firing: '/decide/rules',
  rule: '/decide/rules',
  objective: '/bet/objectives',
  opportunity: '/bet/objectives',
};

export const kindWords = (kind: string, n = 1) => KINDS[kind]?.[n === 1 ? 'one' : 'many'] ?? kind;

export function hrefOf(kind: string, id: string): string | undefined {
  const path = KINDS[kind]?.path;
  return path ? `${path}/${encodeURIComponent(id)}` : LISTS[kind];
}

/** Kinds whose title is what somebody said, and is shown as a quote. */
export const isQuote = (kind: string) => kind === 'signal' || kind === 'highlight' || kind === 'critique';
