import { listInterviews, type Filters } from './interviews.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:interviews');
  const filters: Filters = {
    title: url.searchParams.get('title') ?? undefined,
    archived: url.searchParams.get('archived') === 'true',
  };
  return { filters, interviews: await listInterviews(filters) };
};
