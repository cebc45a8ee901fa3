import { listPeople } from '../../people/people.ts';
import { partOf } from '../../timeline.ts';
import { getAccount, listTimeline } from '../accounts.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends, url }) => {
  await parent();
  depends('heedful:account');
  const part = partOf(url.searchParams);
  const [account, timeline, people] = await Promise.all([
    getAccount(params.id),
    listTimeline(params.id, part),
    listPeople({ account_id: params.id }),
  ]);
  return { account, part, timeline, people };
};
