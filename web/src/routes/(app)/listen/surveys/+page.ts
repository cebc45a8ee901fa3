import { listSurveys } from './surveys.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:surveys');
  const state = url.searchParams.get('state') ?? undefined;
  const archived = url.searchParams.get('archived') === 'true';
  const filters = { state, archived };
  return { filters, surveys: await listSurveys(filters) };
};
