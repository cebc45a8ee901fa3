import { listPeople } from '../../people/people.ts';
import { getAccount, listTimeline } from '../accounts.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends }) => {
  await parent();
  depends('heedful:account');
  const [account, timeline, people] = await Promise.all([
    getAccount(params.id),
    listTimeline(params.id),
    listPeople({ account_id: params.id }),
  ]);
  return { account, timeline, people };
};
