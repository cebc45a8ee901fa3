import type { Page } from './client.ts';
import { messageOf } from './error.ts';

export interface Further<T> {
  error?: string;
  /** Shows the next page. */
  run: () => void;
  /** Fetches the rest, up to so many items in all, without showing it. */
  all: (max: number) => Promise<T[]>;
}

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

  /** How a table goes on from what is shown; null at the end of the list. */
  get further(): Further<T> | null {
    if (!this.next) return null;
    return { error: this.error, run: () => void this.more(), all: (max) => this.#all(max) };
  }

  /** What is shown and what is not yet, up to `max` items; the list itself stays as it is. */
  async #all(max: number): Promise<T[]> {
    const items = [...this.items];
    for (let next = this.next; next && items.length < max;) {
      const page = await this.#fetch(next);
      items.push(...page.items);
      next = page.next ?? null;
    }
    return items.slice(0, max);
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
