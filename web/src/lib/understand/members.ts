import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { Option } from '#lib/ui/options.svelte.ts';

const OPTIONS_MAX = 20;

const matching = (query: string) => (option: Option) =>
  option.name.toLowerCase().includes(query.trim().toLowerCase());

export async function findMembers(query: string): Promise<Option[]> {
  const { items } = await call(api.GET('/api/v1/members'));
  const options = items.map(({ id, name, email }) => ({ id, name: name || email, hint: name && email }));
  return options.filter(matching(query)).slice(0, OPTIONS_MAX);
}

export async function findSegments(query: string): Promise<Option[]> {
  const { items } = await call(api.GET('/api/v1/segments'));
  return items
    .map(({ id, name }) => ({ id, name }))
    .filter(matching(query))
    .slice(0, OPTIONS_MAX);
}
