import { listDecisions } from '../api.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:decisions');
  const state = url.searchParams.get('state') ?? '';
  return { state, decisions: await listDecisions({ state: state || undefined }) };
};
