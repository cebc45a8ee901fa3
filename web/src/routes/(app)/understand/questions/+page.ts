import type { PageLoad } from './$types';
import { listSaved } from '#lib/understand/questions.ts';

export const load: PageLoad = async ({ parent, depends }) => {
  await parent();
  depends('heedful:questions');
  return { questions: await listSaved() };
};
