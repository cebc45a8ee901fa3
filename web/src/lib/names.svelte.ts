import { SvelteMap } from 'svelte/reactivity';
import { call } from './api/client.ts';
import { api } from './session.svelte.ts';

/** What a list gives at once. */
const LIST_MAX = 500;

const KINDS = ['person', 'account', 'source', 'member', 'segment', 'theme', 'metric'] as const;
type Kind = (typeof KINDS)[number];

/** Whether things of this kind have names that can be looked up here. */
export const isNamed = (kind: string): kind is Kind => KINDS.some((named) => named === kind);

/** Kinds that are few: the whole list comes at once. */
const lists: Partial<Record<Kind, () => Promise<{ id: string; name: string }[]>>> = {
  source: async () => (await call(api.GET('/api/v1/sources'))).items,
  segment: async () => (await call(api.GET('/api/v1/segments'))).items,
  theme: async () =>
    (await call(api.GET('/api/v1/themes', { params: { query: { limit: LIST_MAX } } }))).items,
  member: async () => {
    const { items } = await call(api.GET('/api/v1/members'));
    return items.map(({ id, name, email }) => ({ id, name: name || email }));
  },
};

/** Kinds that are many, and things put away that are in no list: each is asked for when first shown. */
const single: Partial<Record<Kind, (id: string) => Promise<{ name: string }>>> = {
  person: async (id) => {
    const person = await call(api.GET('/api/v1/people/{id}', { params: { path: { id } } }));
    return { name: person.name || person.email || person.external_id || 'Unnamed person' };
  },
  metric: (id) => call(api.GET('/api/v1/metrics/{id}', { params: { path: { id } } })),
  source: (id) => call(api.GET('/api/v1/sources/{id}', { params: { path: { id } } })),
  segment: (id) => call(api.GET('/api/v1/segments/{id}', { params: { path: { id } } })),
  theme: (id) => call(api.GET('/api/v1/themes/{id}', { params: { path: { id } } })),
  account: (id) => call(api.GET('/api/v1/accounts/{id}', { params: { path: { id } } })),
};

/** The names behind ids, fetched once and kept while the app is open. */
class Names {
  #known = new SvelteMap<string, string>();
  #asked = new Map<string, Promise<void>>();

  /** The name, or undefined until it is known; asking starts the fetch. */
  of(kind: Kind, id: string | null | undefined): string | undefined {
    if (!id) return undefined;
    const key = `${kind} ${id}`;
    const known = this.#known.get(key);
    // Reactive reads must not write, so the fetch is started after this one is over.
    if (known === undefined) queueMicrotask(() => void this.load(kind, id));
    return known;
  }

  /** A name and its id, as the chips want it. */
  ref(kind: Kind, id: string | null | undefined): { id: string; name: string } | null {
    return id ? { id, name: this.of(kind, id) ?? '…' } : null;
  }

  /** Puts in what a page has fetched anyway. */
  learn(kind: Kind, items: { id: string; name: string }[]) {
    for (const { id, name } of items) this.#known.set(`${kind} ${id}`, name);
  }

  async load(kind: Kind, id: string): Promise<void> {
    const list = lists[kind];
    if (list) await this.#once(kind, async () => this.learn(kind, await list()));
    const key = `${kind} ${id}`;
    if (this.#known.has(key)) return;
    await this.#once(key, async () => {
      // A name is decoration: without it the page shows a dash, and the rest of it still works.
      const found = await single[kind]?.(id).catch(() => null);
      this.learn(kind, [{ id, name: found?.name ?? '–' }]);
    });
  }

  #once(key: string, ask: () => Promise<void>): Promise<void> {
    const asked = this.#asked.get(key) ?? ask().catch(() => undefined);
    this.#asked.set(key, asked);
    return asked;
  }
}

export const names = new Names();
