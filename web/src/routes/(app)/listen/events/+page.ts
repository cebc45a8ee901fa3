import type { PageLoad } from './$types';
import { filtersOf, getIngestion, listEvents, listNames, listRejected, tabOf } from '#lib/listen/events.ts';

export const load: PageLoad = async ({ parent, depends, url }) => {
  await parent();
  depends('heedful:events');
  const [tab, filters] = [tabOf(url.searchParams), filtersOf(url.searchParams)];
  const [ingestion, events, names, rejected] = await Promise.all([
    getIngestion(),
    tab === 'live' ? listEvents(filters) : null,
    tab === 'names' ? listNames() : null,
    tab === 'rejected' ? listRejected() : null,
  ]);
  return { tab, filters, ingestion, events, names, rejected };
};
