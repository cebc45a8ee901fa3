import { getSegment } from '../segments.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends }) => {
  await parent();
  depends('heedful:segment');
  return { segment: await getSegment(params.id) };
};
