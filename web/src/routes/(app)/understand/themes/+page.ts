import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { PageLoad } from './$types';

const PAGE_SIZE = 100;

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:themes');
  const of = (name: string) => url.searchParams.get(name) ?? undefined;
  const filters = {
    q: of('q'),
    problem_type: of('problem_type'),
    trend: of('trend'),
    sort: of('sort'),
    archived: of('archived') ? true : undefined,
  };
  const list = (cursor?: string) =>
    call(api.GET('/api/v1/themes', { params: { query: { ...filters, cursor, limit: PAGE_SIZE } } }));
  const [themes, matrix] = await Promise.all([list(), call(api.GET('/api/v1/themes/matrix'))]);
  return { filters, list, themes, matrix };
};
