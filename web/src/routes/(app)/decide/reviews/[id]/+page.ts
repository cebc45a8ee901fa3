import { getReview } from '../../api.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent }) => {
  await parent();
  return { review: await getReview(params.id) };
};
