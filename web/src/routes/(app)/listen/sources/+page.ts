import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import { listImports } from '../imports/imports.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ parent, depends }) => {
  await parent();
  depends('heedful:sources');
  const [sources, facets, imports] = await Promise.all([
    call(api.GET('/api/v1/sources')),
    call(api.GET('/api/v1/signals/facets')),
    listImports(),
  ]);
  const counts = Object.fromEntries(facets.source.map(({ value, n }) => [value, n]));
  return { sources: sources.items, counts, imports };
};
