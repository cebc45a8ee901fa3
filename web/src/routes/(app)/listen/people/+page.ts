import { filtersOf, listPeople } from './people.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:people');
  const filters = filtersOf(url.searchParams);
  return { filters, people: await listPeople(filters) };
};
