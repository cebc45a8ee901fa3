import { getSubscription, lensOf, listDigests, previewDigest, weekOf } from './digest.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:digest');
  const chosen = lensOf(url.searchParams.get('lens'));
  const week = weekOf(url.searchParams.get('week'));
  const subscription = await getSubscription();
  const lens = chosen ?? subscription.lens;
  // Not awaited: it follows below what people came for.
  const earlier = listDigests(lens);
  earlier.catch(() => undefined);
  return { subscription, lens, week, earlier, digest: await previewDigest(lens, week) };
};
