import { call, ifMatch, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { Option } from '#lib/ui/options.svelte.ts';

export type Theme = Schemas['ThemeOut'];

export const PROBLEM_TYPES = [
  { value: 'bug', label: 'Bug' },
  { value: 'usability', label: 'Usability' },
  { value: 'performance', label: 'Performance' },
  { value: 'missing_capability', label: 'Missing capability' },
  { value: 'pricing', label: 'Pricing' },
  { value: 'documentation', label: 'Documentation' },
  { value: 'onboarding', label: 'Onboarding' },
  { value: 'trust', label: 'Trust' },
] as const;

export const ROOT_CAUSES = [
  { value: 'design', label: 'A flaw of the design' },
  { value: 'onboarding', label: 'A gap in onboarding' },
  { value: 'pricing', label: 'Pricing' },
  { value: 'documentation', label: 'A gap in the documentation' },
  { value: 'bug', label: 'A bug' },
  { value: 'unknown', label: 'Not known yet' },
] as const;

export function labelOf(options: readonly { value: string; label: string }[], value?: string | null) {
  return options.find((option) => option.value === value)?.label;
}

/** What the accounts behind a theme pay; nothing where no revenue of theirs is on record. */
export const stakeOf = (numbers: Theme['numbers']) =>
  numbers && numbers.n_accounts > numbers.n_accounts_unpriced ? numbers.revenue_cents : null;

const OPTIONS_MAX = 20;

export async function findThemes(query: string): Promise<Option[]> {
  const params = { query: { q: query, sort: 'name', limit: OPTIONS_MAX } };
  const { items } = await call(api.GET('/api/v1/themes', { params }));
  return items.map(({ id, name, numbers }) => ({ id, name, hint: `${numbers?.n_signals ?? 0}` }));
}

export const getSummary = (id: string) =>
  call(api.GET('/api/v1/themes/{id}/summary', { params: { path: { id } } }));

export async function assign(themeId: string, body: { ids?: string[]; filter?: string }): Promise<string[]> {
  const params = { path: { id: themeId } };
  const input = { ids: body.ids ?? [], filter: body.filter ?? null };
  return (await call(api.POST('/api/v1/themes/{id}/signals', { params, body: input }))).ids;
}

export async function unassign(themeId: string, ids: string[]): Promise<string[]> {
  const params = { path: { id: themeId } };
  return (await call(api.POST('/api/v1/themes/{id}/signals/remove', { params, body: { ids } }))).ids;
}

export const undoChange = (id: string) =>
  call(api.POST('/api/v1/themes/changes/{id}/undo', { params: { path: { id } } }));

export const setArchived = (theme: Theme, archived: boolean): Promise<Theme> => {
  const params = { path: { id: theme.id }, header: ifMatch(theme) };
  return archived
    ? call(api.DELETE('/api/v1/themes/{id}', { params }))
    : call(api.POST('/api/v1/themes/{id}/restore', { params }));
};
