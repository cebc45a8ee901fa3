import { redirect } from '@sveltejs/kit';
import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url }) => {
  const { needed } = await call(api.GET('/api/v1/setup'));
  if (!needed) redirect(307, '/sign-in');
  return { token: url.searchParams.get('token') ?? '' };
};
