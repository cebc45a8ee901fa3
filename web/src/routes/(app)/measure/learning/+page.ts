import { measureLearning, measureScores, periodOf } from './learning.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:measures');
  const days = periodOf(url.searchParams.get('days'));
  // Not awaited: the scores follow, as they read every answer of the period.
  const scores = Promise.all([measureScores('nps', days), measureScores('pmf', days)]);
  scores.catch(() => undefined);
  return { days, scores, learning: await measureLearning(days) };
};
