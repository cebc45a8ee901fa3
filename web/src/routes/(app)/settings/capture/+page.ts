import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ parent, depends }) => {
  await parent();
  depends('heedful:capture');
  return { keys: await call(api.GET('/api/v1/capture-keys')) };
};
