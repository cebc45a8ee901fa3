import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent }) => {
  await parent();
  const q = url.searchParams.get('q') ?? '';
  const kind = url.searchParams.get('kind') ?? undefined;
  const find = (cursor?: string) =>
    call(api.GET('/api/v1/search', { params: { query: { q, kind, cursor, limit: 20 } } }));
  return { q, kind, find, found: await find() };
};
