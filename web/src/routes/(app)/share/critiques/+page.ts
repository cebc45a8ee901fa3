import { listCritiques, queryOf, viewOf } from './critiques.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:critiques');
  const view = viewOf(url.searchParams.get('view'));
  return { view, critiques: await listCritiques(queryOf(view)) };
};
