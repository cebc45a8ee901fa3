import type { PageLoad } from './$types';
import { filtersOf, listEvents, listNames, listRejected, tabOf } from '#lib/listen/events.ts';

export const load: PageLoad = async ({ parent, depends, url }) => {
  await parent();
  depends('heedful:events');
  const [tab, filters] = [tabOf(url.searchParams), filtersOf(url.searchParams)];
  return {
    tab,
    filters,
    events: tab === 'live' ? await listEvents(filters) : null,
    names: tab === 'names' ? await listNames() : null,
    rejected: tab === 'rejected' ? await listRejected() : null,
  };
};
