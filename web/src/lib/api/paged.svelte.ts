import type { Page } from './client.ts';
import { messageOf } from './error.ts';

/**
 * A list that grows page by page. It starts from what the route's load function fetched and starts over
 * whenever that changes; `items` may be assigned to show a change before the server has confirmed it.
 */
export class Paged<T extends { id: string }> {
  #first: () => Page<T>;
  #fetch: (cursor: string) => Promise<Page<T>>;

  items = $derived.by(() => this.#first().items);
  next = $derived.by(() => this.#first().next ?? null);
  total = $derived.by(() => this.#first().total);
  loadingMore = $state(false);
  error = $state<string>();

  constructor(first: () => Page<T>, fetch: (cursor: string) => Promise<Page<T>>) {
    this.#first = first;
    this.#fetch = fetch;
  }

  async more() {
    const started = this.#first();
    if (!this.next || this.loadingMore) return;
    this.loadingMore = true;
    this.error = undefined;
    try {
      const page = await this.#fetch(this.next);
      // The filters changed while this page was on its way: it belongs to a list that is gone.
      if (this.#first() !== started) return;
      const known = new Set(this.items.map((item) => item.id));
      this.items = [...this.items, ...page.items.filter((item) => !known.has(item.id))];
      this.next = page.next ?? null;
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.loadingMore = false;
    }
  }

  /** Puts a newer version of an item in its place. */
  replace(item: T) {
    this.items = this.items.map((old) => (old.id === item.id ? item : old));
  }

  /** Takes items out and returns a function that puts them back where they were. */
  remove(ids: ReadonlySet<string>): () => void {
    const [items, total] = [this.items, this.total];
    this.items = items.filter((item) => !ids.has(item.id));
    this.total = total - (items.length - this.items.length);
    return () => {
      this.items = items;
      this.total = total;
    };
  }
}
