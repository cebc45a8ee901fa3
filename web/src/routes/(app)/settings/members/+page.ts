import { call } from '#lib/api/client.ts';
import { api, session } from '#lib/session.svelte.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ parent, depends }) => {
  await parent();
  depends('heedful:members');
  const [{ items }, open] = await Promise.all([
    call(api.GET('/api/v1/members')),
    session.can('member.invite') ? call(api.GET('/api/v1/invitations')) : null,
  ]);
  return {
    members: items.filter(({ state }) => state === 'active'),
    left: items.filter(({ state }) => state !== 'active'),
    invitations: open?.items ?? [],
  };
};
