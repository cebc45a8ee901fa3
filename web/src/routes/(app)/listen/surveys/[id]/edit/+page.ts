import { getSurvey } from '../../surveys.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent }) => {
  await parent();
  return { survey: await getSurvey(params.id) };
};
