import { getObjective, getTree } from '../../bet.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends }) => {
  await parent();
  depends('heedful:objective');
  const [objective, tree] = await Promise.all([getObjective(params.id), getTree()]);
  const branch = tree.objectives.find((one) => one.objective.id === params.id);
  return { objective, opportunities: branch?.opportunities ?? [] };
};
