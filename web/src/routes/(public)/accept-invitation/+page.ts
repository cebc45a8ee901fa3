import { call } from '#lib/api/client.ts';
import { ApiError } from '#lib/api/error.ts';
import { api } from '#lib/session.svelte.ts';
import type { PageLoad } from './$types';

/** Nothing when the link is cut off, was used or taken back, or is too old. */
async function find(token: string) {
  if (!token) return null;
  try {
    return await call(api.GET('/api/v1/invitations/{key}', { params: { path: { key: token } } }));
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return null;
    throw error;
  }
}

export const load: PageLoad = async ({ url }) => {
  const token = url.searchParams.get('token') ?? '';
  return { token, invitation: await find(token) };
};
