import { messageOf } from '#lib/api/error.ts';
import { getMetric } from '#lib/understand/metrics.ts';
import type { PageLoad } from './$types';
import { ask, begin, getSaved, isComplete, questionOf, type Answer } from '#lib/understand/questions.ts';

/** A question that makes no sense is not a page that fails: what is wrong stands beside it. */
async function answered(question: ReturnType<typeof begin>): Promise<{ answer?: Answer; problem?: string }> {
  if (!isComplete(question)) return {};
  try {
    return { answer: await ask(question) };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

export const load: PageLoad = async ({ parent, depends, url }) => {
  await parent();
  depends('heedful:answer');
  const question = questionOf(url.searchParams) ?? begin('trend');
  const id = url.searchParams.get('id');
  const metricId = url.searchParams.get('metric');
  const [answer, saved, metric] = await Promise.all([
    answered(question),
    id ? getSaved(id) : null,
    metricId ? getMetric(metricId) : null,
  ]);
  return { question, saved, metric, ...answer };
};
