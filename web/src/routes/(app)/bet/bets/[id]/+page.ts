import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import { getBet, getHypothesis } from '../../bet.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends }) => {
  await parent();
  depends('heedful:bet');
  const bet = await getBet(params.id);
  const query = { bet_id: bet.id, limit: 50 };
  const [hypothesis, experiments] = await Promise.all([
    getHypothesis(bet.hypothesis_id),
    call(api.GET('/api/v1/experiments', { params: { query } })),
  ]);
  return { bet, hypothesis, experiments: experiments.items };
};
