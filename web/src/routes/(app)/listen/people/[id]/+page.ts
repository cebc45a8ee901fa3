import { getPerson, listMerges, listTimeline } from '../people.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends }) => {
  await parent();
  depends('heedful:person');
  const [person, timeline, merges] = await Promise.all([
    getPerson(params.id),
    listTimeline(params.id),
    listMerges(params.id),
  ]);
  return { person, timeline, merges: merges.items };
};
