import { session } from '#lib/session.svelte.ts';
import { listJobs } from './jobs.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:jobs');
  const state = url.searchParams.get('state') ?? undefined;
  const isAllowed = session.can('job.read');
  return { state, jobs: isAllowed ? await listJobs(state) : { items: [], total: 0, next: null } };
};
