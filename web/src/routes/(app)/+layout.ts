import { redirect } from '@sveltejs/kit';
import { call } from '#lib/api/client.ts';
import { api, session } from '#lib/session.svelte.ts';
import type { LayoutLoad } from './$types';

/** Nobody gets past here without being signed in. */
export const load: LayoutLoad = async ({ url }) => {
  if (await session.load()) return;
  const { needed } = await call(api.GET('/api/v1/setup'));
  if (needed) redirect(307, '/setup');
  redirect(307, `/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`);
};
