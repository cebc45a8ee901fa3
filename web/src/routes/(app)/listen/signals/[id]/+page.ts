import { getSignal } from '../signals.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent }) => {
  await parent();
  return { signal: await getSignal(params.id) };
};
