import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params: { id }, parent }) => {
  await parent();
  return { message: await call(api.GET('/api/v1/outbox/{id}', { params: { path: { id } } })) };
};
