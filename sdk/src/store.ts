const PREFIX = 'heedful.';

/** Values by name, remembered in the browser or for as long as the page is open. */
export class Store {
  readonly #values = new Map<string, unknown>();
  /** Whether values are remembered in the browser. */
  #isLasting: boolean;

  constructor(isLasting: boolean) {
    this.#isLasting = isLasting;
  }

  get isLasting(): boolean {
    return this.#isLasting;
  }

  get<T>(name: string): T | undefined {
    if (!this.#values.has(name) && this.#isLasting) this.#values.set(name, recall(name));
    return this.#values.get(name) as T | undefined;
  }

  set(name: string, value: unknown): void {
    this.#values.set(name, value);
    if (this.#isLasting) remember(name, value);
  }

  /** From now on what is known is remembered in the browser. */
  last(): void {
    this.#isLasting = true;
    this.#values.forEach((value, name) => remember(name, value));
  }

  /** Forgets everything, also in the browser, and remembers nothing there from now on. */
  forget(): void {
    this.#isLasting = false;
    this.#values.clear();
    names().forEach((name) => remember(name, undefined));
  }
}

/** Names of what is remembered in the browser. */
export function names(): string[] {
  try {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => name.slice(PREFIX.length));
  } catch {
    return [];
  }
}

/** A browser may forbid its storage, and somebody else may have written there. */
export function recall(name: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(name: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // The page goes on without.
  }
}
