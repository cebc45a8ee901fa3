import { call } from '../api/client.ts';
import { api } from '../session.svelte.ts';
import type { Option } from '../ui/options.svelte.ts';
import { titleOf } from './kinds.ts';

/** Any object by its kind and id, as a form wants to begin with it; null when it is gone. */
export async function optionOf(kind: string, id: string | null): Promise<Option | null> {
  if (!id) return null;
  const params = { path: { kind, id }, query: { depth: 1 } };
  const found = await call(api.GET('/api/v1/chain/{kind}/{id}', { params })).catch(() => null);
  return found && { id, name: titleOf(found.object) };
}
