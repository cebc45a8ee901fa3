import { whyNot, type Capability, type Role } from '../capability.ts';
import type { PaletteItem } from './palette.svelte.ts';

interface Creation {
  /** Pages that offer the same themselves use the same id, and win. */
  id: string;
  title: string;
  href: string;
  capability: Capability;
  also?: string;
}

/** Everything that can be begun from anywhere: each address opens its form. */
export const CREATIONS: readonly Creation[] = [
  {
    id: 'new-signal',
    title: 'New signal',
    href: '/listen/signals?new=1',
    capability: 'signal.create',
    also: 'add feedback',
  },
  {
    id: 'new-survey',
    title: 'New survey',
    href: '/listen/surveys?new=1',
    capability: 'survey.create',
    also: 'nps pmf form',
  },
  {
    id: 'new-interview',
    title: 'New interview',
    href: '/listen/interviews?new=1',
    capability: 'interview.create',
    also: 'transcript conversation',
  },
  { id: 'new-person', title: 'New person', href: '/listen/people?new=1', capability: 'person.create' },
  { id: 'new-account', title: 'New account', href: '/listen/accounts?new=1', capability: 'account.create' },
  { id: 'new-segment', title: 'New segment', href: '/listen/segments/new', capability: 'segment.create' },
  { id: 'new-source', title: 'New source', href: '/listen/sources?new=1', capability: 'source.create' },
  {
    id: 'new-import',
    title: 'Import a file',
    href: '/listen/imports/new',
    capability: 'import.create',
    also: 'upload csv',
  },
  { id: 'new-theme', title: 'New theme', href: '/understand/themes?new=1', capability: 'theme.create' },
  {
    id: 'new-insight',
    title: 'New insight',
    href: '/understand/insights?new=1',
    capability: 'insight.create',
  },
  { id: 'new-code', title: 'New code', href: '/understand/codes?new=1', capability: 'code.create' },
  { id: 'new-metric', title: 'New metric', href: '/understand/metrics?new=1', capability: 'metric.create' },
  {
    id: 'new-objective',
    title: 'New objective',
    href: '/bet/objectives?new=1',
    capability: 'objective.create',
  },
  {
    id: 'new-hypothesis',
    title: 'New hypothesis',
    href: '/bet/hypotheses?new=1',
    capability: 'hypothesis.create',
  },
  { id: 'new-bet', title: 'New bet', href: '/bet/bets?new=1', capability: 'bet.create' },
  {
    id: 'new-experiment',
    title: 'New experiment',
    href: '/experiment/experiments?new=1',
    capability: 'experiment.create',
    also: 'test plan',
  },
  {
    id: 'new-decision',
    title: 'New decision',
    href: '/decide/decisions?new=1',
    capability: 'decision.create',
    also: 'ask question',
  },
  {
    id: 'new-action',
    title: 'New action',
    href: '/decide/actions?new=1',
    capability: 'action.create',
    also: 'task to do',
  },
  { id: 'new-rule', title: 'New rule', href: '/decide/rules?new=1', capability: 'rule.create' },
  { id: 'new-outcome', title: 'New outcome', href: '/share/outcomes?new=1', capability: 'outcome.create' },
];

/** What this member may begin, without what the page on screen offers already. */
export function createItems(
  role: Role | undefined,
  offered: readonly PaletteItem[],
  go: (href: string) => void,
): PaletteItem[] {
  return CREATIONS.filter(
    ({ id, capability }) => !whyNot(role, capability) && !offered.some((item) => item.id === id),
  ).map(({ id, title, href, also }) => ({
    id,
    title,
    group: 'Create',
    also: `add create ${also ?? ''}`,
    run: () => go(href),
  }));
}
