import { listOutcomes, viewOf } from './outcomes.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:outcomes');
  const view = viewOf(url.searchParams.get('view'));
  return { view, outcomes: await listOutcomes(view) };
};
