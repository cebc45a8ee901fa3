import { getData, getExperiment, getResult } from '../../experiment.ts';
import { getBet } from '../../../bet/bet.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends }) => {
  await parent();
  depends('heedful:experiment');
  const experiment = await getExperiment(params.id);
  const started = experiment.state !== 'planned';
  const [bet, result, data] = await Promise.all([
    getBet(experiment.bet_id),
    started ? getResult(params.id) : null,
    started ? getData(params.id) : null,
  ]);
  return { experiment, bet, result, data };
};
