import { partOf } from '../../timeline.ts';
import { getPerson, listDistinctIds, listMerges, listTimeline } from '../people.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends, url }) => {
  await parent();
  depends('heedful:person');
  const part = partOf(url.searchParams);
  const [person, timeline, merges, ids] = await Promise.all([
    getPerson(params.id),
    listTimeline(params.id, part),
    listMerges(params.id),
    listDistinctIds(params.id),
  ]);
  return { person, part, timeline, merges: merges.items, ids };
};
