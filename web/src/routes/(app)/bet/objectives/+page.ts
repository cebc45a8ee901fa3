import { getTree } from '../bet.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ parent, depends }) => {
  await parent();
  depends('heedful:objectives');
  return { tree: await getTree() };
};
