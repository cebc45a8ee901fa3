import { getCritique } from '../critiques.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends }) => {
  await parent();
  depends('heedful:critiques');
  return { critique: await getCritique(params.id) };
};
