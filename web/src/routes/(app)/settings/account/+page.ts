import { session } from '#lib/session.svelte.ts';
import { getSubscription } from '../../share/digest/digest.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ parent, depends }) => {
  await parent();
  depends('heedful:digest');
  // Somebody who is in no workspace has an account all the same.
  const subscription = session.current?.workspace ? getSubscription() : undefined;
  subscription?.catch(() => undefined);
  return { subscription };
};
