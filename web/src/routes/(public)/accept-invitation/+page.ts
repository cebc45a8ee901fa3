import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url }) => {
  const token = url.searchParams.get('token') ?? '';
  const invitation = await call(api.GET('/api/v1/invitations/{key}', { params: { path: { key: token } } }));
  return { token, invitation };
};
