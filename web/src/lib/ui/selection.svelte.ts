import { SvelteSet } from 'svelte/reactivity';

/** Which rows are ticked and where the keyboard stands. Shared by a table and its bulk actions. */
export class Selection {
  #ids: () => string[];
  #ticked = new SvelteSet<string>();
  #onmove: ((id: string) => void) | undefined;
  #anchor: string | null = null;
  cursorId = $state<string | null>(null);

  /** `onmove` hears of each step of the cursor, so that an open panel can follow it. */
  constructor(ids: () => string[], options: { onmove?: (id: string) => void } = {}) {
    this.#ids = ids;
    this.#onmove = options.onmove;
  }

  /** Ticked rows that are still in the list, in its order. */
  ids = $derived.by(() => this.#ids().filter((id) => this.#ticked.has(id)));
  all = $derived.by(() => this.ids.length > 0 && this.ids.length === this.#ids().length);
  index = $derived.by(() => (this.cursorId ? this.#ids().indexOf(this.cursorId) : -1));

  has = (id: string) => this.#ticked.has(id);

  /** What an action applies to: the ticked rows, or else the one under the cursor. */
  get targets(): string[] {
    if (this.ids.length) return this.ids;
    return this.cursorId && this.index >= 0 ? [this.cursorId] : [];
  }

  move(delta: number) {
    const ids = this.#ids();
    if (!ids.length) return;
    const from = this.index < 0 ? (delta > 0 ? -1 : ids.length) : this.index;
    this.cursorId = ids[Math.max(0, Math.min(ids.length - 1, from + delta))] ?? null;
    if (this.cursorId) this.#onmove?.(this.cursorId);
  }

  /** Ticks or unticks a row; with `range`, everything between it and the last one does the same. */
  toggle(id: string, options: { range?: boolean } = {}) {
    const ids = this.#ids();
    const tick = !this.#ticked.has(id);
    const from = options.range && this.#anchor ? ids.indexOf(this.#anchor) : -1;
    const to = ids.indexOf(id);
    const span = from < 0 ? [id] : ids.slice(Math.min(from, to), Math.max(from, to) + 1);
    for (const one of span) {
      if (tick) this.#ticked.add(one);
      else this.#ticked.delete(one);
    }
    this.#anchor = id;
    this.cursorId = id;
  }

  toggleAll() {
    const tick = !this.all;
    this.#ticked.clear();
    if (tick) for (const id of this.#ids()) this.#ticked.add(id);
  }

  clear() {
    this.#ticked.clear();
    this.#anchor = null;
  }

  /** Before rows leave the list: the cursor goes to the next one that stays. */
  leave(gone: readonly string[]) {
    const ids = this.#ids();
    if (!this.cursorId || !gone.includes(this.cursorId)) return;
    const stays = (id: string) => !gone.includes(id);
    this.cursorId = ids.slice(this.index).find(stays) ?? ids.slice(0, this.index).findLast(stays) ?? null;
  }
}
