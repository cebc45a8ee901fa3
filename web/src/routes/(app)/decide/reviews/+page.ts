import { listReviews } from '../api.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ parent, depends }) => {
  await parent();
  depends('heedful:reviews');
  return { reviews: await listReviews() };
};
