import { getHypothesis, listBets, listEvidence } from '../../bet.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends }) => {
  await parent();
  depends('heedful:hypothesis');
  const { id } = params;
  const [hypothesis, evidence, bets] = await Promise.all([
    getHypothesis(id),
    listEvidence(id),
    listBets({ hypothesis_id: id }),
  ]);
  return { hypothesis, evidence, bets: bets.items };
};
