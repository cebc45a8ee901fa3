import { getImport, getPreview, listRefusals } from '../imports.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends }) => {
  await parent();
  depends('heedful:import');
  const row = await getImport(params.id);
  const [preview, refusals] = await Promise.all([
    row.state === 'previewed' ? getPreview(params.id) : null,
    row.n_refused > 0 ? listRefusals(params.id) : null,
  ]);
  return { row, preview, refusals };
};
