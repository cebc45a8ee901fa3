import { listCritiques } from '../../critiques/critiques.ts';
import { getOutcome, listQuotes } from '../outcomes.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends }) => {
  await parent();
  depends('heedful:outcome');
  const critiques = listCritiques({ outcome_id: params.id });
  critiques.catch(() => undefined);
  const [outcome, quotes] = await Promise.all([getOutcome(params.id), listQuotes(params.id)]);
  return { outcome, quotes, critiques };
};
