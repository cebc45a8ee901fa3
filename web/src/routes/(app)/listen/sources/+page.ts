import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import { listSources } from './sources.ts';
import { listEventImports } from '../events/imports/imports.ts';
import { listImports } from '../imports/imports.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:sources');
  const archived = url.searchParams.has('archived');
  const [sources, facets, imports, eventImports] = await Promise.all([
    listSources(archived),
    call(api.GET('/api/v1/signals/facets')),
    listImports(),
    listEventImports(),
  ]);
  const counts = Object.fromEntries(facets.source.map(({ value, n }) => [value, n]));
  return { sources, archived, counts, imports, eventImports };
};
