import { getDecision, listActions } from '../../api.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends }) => {
  await parent();
  depends('heedful:decision');
  const [decision, actions] = await Promise.all([
    getDecision(params.id),
    listActions({ decision_id: params.id }),
  ]);
  return { decision, actions };
};
