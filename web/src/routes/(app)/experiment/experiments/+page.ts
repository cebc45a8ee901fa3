import { STATES, listExperiments } from '../experiment.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:experiments');
  const state = STATES.find(({ value }) => value === url.searchParams.get('state'))?.value;
  return { state, experiments: await listExperiments({ state }) };
};
