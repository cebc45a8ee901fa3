import { listSegments } from './segments.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:segments');
  const archived = url.searchParams.has('archived');
  return { archived, segments: await listSegments(archived) };
};
