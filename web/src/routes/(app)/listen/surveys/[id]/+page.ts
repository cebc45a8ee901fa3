import { getResults, getSurvey, listResponses } from '../surveys.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, url, parent, depends }) => {
  await parent();
  depends('heedful:survey');
  const band = url.searchParams.get('band') ?? undefined;
  const query = {
    interval: url.searchParams.get('interval') ?? undefined,
    by: url.searchParams.get('by') ?? undefined,
  };
  const [survey, results, responses] = await Promise.all([
    getSurvey(params.id),
    getResults(params.id, query),
    listResponses(params.id, band),
  ]);
  return { survey, results, responses, band, query };
};
