/** Where each kind of search result lives. A kind without a page is left out of the results. */
const PATHS: Record<string, string> = {
  signal: '/listen/signals/',
  outcome: '/share/outcomes/',
  decision: '/decide/decisions/',
  theme: '/understand/themes/',
  insight: '/understand/insights/',
};

/** What each kind is called in the results. */
export const KINDS: Record<string, string> = {
  signal: 'Signals',
  outcome: 'Outcomes',
  decision: 'Decisions',
  theme: 'Themes',
  insight: 'Insights',
};

export function hitHref(kind: string, id: string): string | undefined {
  const path = PATHS[kind];
  return path && path + encodeURIComponent(id);
}
