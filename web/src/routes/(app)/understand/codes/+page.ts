import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:codes');
  const code = url.searchParams.get('code');
  const [codes, highlights] = await Promise.all([
    call(api.GET('/api/v1/codes')),
    code ? call(api.GET('/api/v1/highlights', { params: { query: { code_id: code, limit: 100 } } })) : null,
  ]);
  return { codes: codes.items, code: codes.items.find(({ id }) => id === code), highlights };
};
