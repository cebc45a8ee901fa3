import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import { getSummary } from '#lib/understand/themes.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends }) => {
  await parent();
  depends('heedful:theme');
  const [summary, changes] = await Promise.all([
    getSummary(params.id),
    call(api.GET('/api/v1/themes/{id}/changes', { params: { path: { id: params.id } } })),
  ]);
  return { summary, changes: changes.items };
};
