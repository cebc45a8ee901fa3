import { listActions, me } from '../api.ts';
import type { PageLoad } from './$types';

/** Which actions each choice of the page shows. */
const queryFor = (state: string) => {
  if (state === 'mine') return { state: 'open', owner_id: me()?.id };
  return state === 'all' ? {} : { state: state || 'open' };
};

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:actions');
  const state = url.searchParams.get('state') ?? '';
  const query = queryFor(state);
  const overdue = listActions({ state: 'overdue' });
  return { state, query, actions: await listActions(query), nOverdue: (await overdue).total };
};
