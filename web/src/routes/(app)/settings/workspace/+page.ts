import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ parent }) => {
  await parent();
  return { workspace: await call(api.GET('/api/v1/workspace')) };
};
