import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends }) => {
  await parent();
  depends('heedful:insight');
  const path = { id: params.id };
  const [insight, evidence] = await Promise.all([
    call(api.GET('/api/v1/insights/{id}', { params: { path } })),
    call(api.GET('/api/v1/insights/{id}/evidence', { params: { path, query: { limit: 100 } } })),
  ]);
  return { insight, evidence };
};
