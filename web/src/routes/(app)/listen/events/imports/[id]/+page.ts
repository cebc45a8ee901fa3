import { getEventImport, getPreview } from '../imports.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent, depends }) => {
  await parent();
  depends('heedful:event-import');
  const row = await getEventImport(params.id);
  return { row, preview: row.state === 'previewed' ? await getPreview(params.id) : null };
};
