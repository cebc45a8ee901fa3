import { session } from '#lib/session.svelte.ts';
import { listOutbox } from './outbox.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ parent }) => {
  await parent();
  const isAllowed = session.can('outbox.read');
  return { messages: isAllowed ? await listOutbox() : { items: [], total: 0, next: null } };
};
