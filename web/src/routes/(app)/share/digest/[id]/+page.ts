import { getDigest } from '../digest.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, parent }) => {
  await parent();
  return { digest: await getDigest(params.id) };
};
