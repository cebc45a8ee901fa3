import { getObjective, getOpportunity, getTree } from '../../bet.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends }) => {
  await parent();
  depends('heedful:opportunity');
  const opportunity = await getOpportunity(params.id);
  const [objective, tree] = await Promise.all([getObjective(opportunity.objective_id), getTree()]);
  const branches = tree.objectives.flatMap((branch) => branch.opportunities);
  const branch = branches.find((one) => one.opportunity.id === params.id);
  return { opportunity, objective, hypotheses: branch?.hypotheses ?? [] };
};
