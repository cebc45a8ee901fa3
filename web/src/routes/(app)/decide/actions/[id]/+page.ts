import { getAction } from '../../api.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends }) => {
  await parent();
  depends('heedful:action');
  return { action: await getAction(params.id) };
};
