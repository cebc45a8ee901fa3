import { filtersOf } from './filters.ts';
import { countSignals, listSignals } from './signals.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:signals');
  const filters = filtersOf(url.searchParams);
  // Not awaited: the list is shown as soon as it is there, the counts beside it follow.
  const counts = countSignals(filters);
  counts.catch(() => undefined);
  return { filters, counts, signals: await listSignals(filters) };
};
