import { messageOf } from '../api/error.ts';

export interface Option {
  id: string;
  name: string;
  hint?: string;
}

const DEBOUNCE_MS = 120;

/** The options behind a combobox: fetched as one types, the newest question winning. */
export class Options {
  #search: (query: string, signal: AbortSignal) => Promise<Option[]>;
  #create: ((text: string) => Option | null) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;
  #found = $state.raw<Option[]>([]);
  typed = $state('');
  busy = $state(false);
  error = $state<string>();
  index = $state(0);

  constructor(
    search: (query: string, signal: AbortSignal) => Promise<Option[]>,
    create?: (text: string) => Option | null,
  ) {
    this.#search = search;
    this.#create = create;
  }

  /** What was typed, as an option of its own, where that is allowed and nothing has that name. */
  created = $derived.by(() => {
    const text = this.typed.trim();
    const taken = this.#found.some(({ name }) => name.toLowerCase() === text.toLowerCase());
    return this.#create && text && !taken ? this.#create(text) : null;
  });
  list = $derived(this.created ? [...this.#found, this.created] : this.#found);
  active = $derived(this.list[Math.min(this.index, this.list.length - 1)]);

  move(step: number) {
    const n = this.list.length;
    if (n) this.index = (Math.min(this.index, n - 1) + step + n) % n;
  }

  type(text: string) {
    this.typed = text;
    this.ask(DEBOUNCE_MS);
  }

  ask(delay = 0) {
    clearTimeout(this.#timer);
    this.busy = true;
    this.#timer = setTimeout(() => void this.#run(), delay);
  }

  /** Nothing that is still on its way may change a closed list. */
  stop() {
    clearTimeout(this.#timer);
    this.#running?.abort();
    this.typed = '';
    this.busy = false;
  }

  async #run() {
    this.#running?.abort();
    const running = (this.#running = new AbortController());
    this.error = undefined;
    try {
      const found = await this.#search(this.typed, running.signal);
      if (running.signal.aborted) return;
      this.#found = found;
      this.index = 0;
    } catch (error) {
      if (!running.signal.aborted) this.error = messageOf(error);
    } finally {
      if (!running.signal.aborted) this.busy = false;
    }
  }
}

/** Where the list of a combobox stands: under its field, or above it where there is more room. */
export function placeList(
  field: { left: number; top: number; bottom: number; width: number },
  viewHeight: number,
): { left: number; width: number; top: number | null; bottom: number | null; maxHeight: number } {
  const [gap, margin, wanted] = [4, 8, 280];
  const below = viewHeight - field.bottom - gap - margin;
  const above = field.top - gap - margin;
  const down = below >= Math.min(wanted, 160) || below >= above;
  return {
    left: field.left,
    width: field.width,
    top: down ? field.bottom + gap : null,
    bottom: down ? null : viewHeight - field.top + gap,
    maxHeight: Math.min(wanted, down ? below : above),
  };
}
