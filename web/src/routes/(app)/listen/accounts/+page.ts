import { filtersOf, listAccounts } from './accounts.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:accounts');
  const filters = filtersOf(url.searchParams);
  return { filters, accounts: await listAccounts(filters) };
};
