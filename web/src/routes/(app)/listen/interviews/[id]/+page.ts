import { getInterview, listPassages } from '../interviews.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends }) => {
  await parent();
  depends('heedful:interview');
  const [interview, passages] = await Promise.all([getInterview(params.id), listPassages(params.id)]);
  return { interview, passages };
};
