import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ parent, depends }) => {
  await parent();
  depends('heedful:home');
  const [home, ingestion] = await Promise.all([
    call(api.GET('/api/v1/home')),
    call(api.GET('/api/v1/events/ingestion')),
  ]);
  return { home, ingestion };
};
