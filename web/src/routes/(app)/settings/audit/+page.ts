import { session } from '#lib/session.svelte.ts';
import { filtersOf, listEntries } from './audit.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent }) => {
  await parent();
  const filters = filtersOf(url.searchParams);
  const isAllowed = session.can('audit.read');
  return { filters, entries: isAllowed ? await listEntries(filters) : { items: [], total: 0, next: null } };
};
