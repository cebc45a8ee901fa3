import { listFirings, listRules } from '../api.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ parent, depends }) => {
  await parent();
  depends('heedful:rules');
  const [rules, firings] = await Promise.all([listRules(), listFirings()]);
  return { rules, firings };
};
