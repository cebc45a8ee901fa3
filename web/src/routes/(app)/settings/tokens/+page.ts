import { call } from '#lib/api/client.ts';
import { api, session } from '#lib/session.svelte.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ parent, depends }) => {
  await parent();
  depends('heedful:tokens');
  const list = session.can('token.read') ? await call(api.GET('/api/v1/api-tokens')) : null;
  return { tokens: list?.items ?? [] };
};
