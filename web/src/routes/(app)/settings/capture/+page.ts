import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ parent, depends }) => {
  await parent();
  depends('heedful:capture');
  const [keys, workspace] = await Promise.all([
    call(api.GET('/api/v1/capture-keys')),
    call(api.GET('/api/v1/workspace')),
  ]);
  return { keys, workspace };
};
