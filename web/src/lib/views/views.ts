import { call, ifMatch, type Schemas } from '../api/client.ts';
import { api } from '../session.svelte.ts';

export type SavedView = Schemas['SavedViewOut'];

/** What of the address is a filter: not which item is open, nor which dialog. */
const NOT_FILTERS = ['open', 'new', 'cursor'];

/** The filters of an address in one order, so that the same filters are the same text. */
export function viewQuery(params: Iterable<[string, string]>): string {
  const kept = new URLSearchParams([...params].filter(([name]) => !NOT_FILTERS.includes(name)));
  kept.sort();
  return kept.toString();
}

export async function listViews(page: string): Promise<SavedView[]> {
  return (await call(api.GET('/api/v1/saved-views', { params: { query: { page } } }))).items;
}

export function createView(view: Schemas['SavedViewIn']): Promise<SavedView> {
  const { page, name, query, shared } = view;
  return call(api.POST('/api/v1/saved-views', { body: { page, name, query, shared } }));
}

export function changeView(
  view: Pick<SavedView, 'id' | 'version'>,
  body: Schemas['SavedViewPatch'],
): Promise<SavedView> {
  const params = { path: { id: view.id }, header: ifMatch(view) };
  return call(api.PATCH('/api/v1/saved-views/{id}', { params, body }));
}

export function deleteView(id: string) {
  return call(api.DELETE('/api/v1/saved-views/{id}', { params: { path: { id } } }));
}
