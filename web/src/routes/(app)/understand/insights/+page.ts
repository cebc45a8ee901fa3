import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:insights');
  const of = (name: string) => url.searchParams.get(name) ?? undefined;
  const filters = { tags: of('tags'), theme_id: of('theme_id'), next_step: of('next_step') };
  const list = (cursor?: string) =>
    call(api.GET('/api/v1/insights', { params: { query: { ...filters, cursor } } }));
  const [insights, facets] = await Promise.all([
    list(),
    call(api.GET('/api/v1/insights/facets', { params: { query: {} } })),
  ]);
  return { filters, list, insights, facets };
};
