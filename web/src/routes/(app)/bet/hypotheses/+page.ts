import { HYPOTHESIS_STATES, listHypotheses } from '../bet.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:hypotheses');
  const wanted = url.searchParams.get('state');
  const filters =
    wanted === 'late'
      ? { expired: true }
      : { state: HYPOTHESIS_STATES.find(({ value }) => value === wanted)?.value };
  return { filters, wanted: wanted ?? '', hypotheses: await listHypotheses(filters) };
};
