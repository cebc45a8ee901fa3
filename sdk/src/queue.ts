import { newId } from './id.ts';
import { names, recall, remember, type Store } from './store.ts';

/** One event as it is sent. */
export interface Sent {
  uuid: string;
  event: string;
  distinct_id: string;
  timestamp: string;
  properties: Record<string, unknown>;
}

/** Events are gathered so long, and so many at most, before they are sent. */
const GATHER_MS = 2_000;
const BATCH_MAX = 50;
/** More are not kept while the server cannot be reached: the oldest go. */
const WAITING_MAX = 1_000;
/** Browsers let go of larger bodies when a page ends. */
const BEACON_BYTES = 60_000;
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 60_000;
/** Of a page that ended, what it could not send is under this name with an id behind. */
const PREFIX = 'queue.';

/** Sends events in batches; keeps what cannot be sent, and tries again. Each event has an id, so sending twice is no harm. */
export class Queue {
  readonly #address: string;
  readonly #key: string;
  readonly #store: Store;
  readonly #name = PREFIX + newId();
  #waiting: Sent[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #sending: Promise<void> | undefined;

  constructor(host: string, key: string, store: Store) {
    this.#address = `${host}/batch/`;
    this.#key = key;
    this.#store = store;
    addEventListener('online', () => void this.flush());
    addEventListener('pagehide', () => this.leave());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.leave();
    });
  }

  /** Takes over what pages before could not send. */
  adopt(): void {
    for (const name of names().filter((name) => name.startsWith(PREFIX) && name !== this.#name)) {
      const left = recall(name);
      remember(name, undefined);
      if (Array.isArray(left)) this.#waiting.push(...(left as Sent[]));
    }
    if (this.#waiting.length) this.#changed(GATHER_MS);
  }

  add(event: Sent): void {
    this.#waiting.push(event);
    this.#waiting.splice(0, this.#waiting.length - WAITING_MAX);
    // What is being sent goes on until nothing waits.
    if (this.#sending) this.#save();
    else this.#changed(this.#waiting.length < BATCH_MAX || this.#failures ? GATHER_MS : 0);
  }

  /** Forgets what was not sent. */
  clear(): void {
    this.#waiting = [];
    this.#save();
  }

  /** Sends what waits, and waits until it is there or cannot be sent now. */
  flush(): Promise<void> {
    this.#sending ??= this.#send().finally(() => (this.#sending = undefined));
    return this.#sending;
  }

  /** Sends what waits as the page ends, when nobody can wait for an answer. What fits into no beacon is for the next page. */
  leave(): void {
    // A beacon does not say whether it arrived: where nothing gets through, the next page tries again.
    if (this.#store.isLasting && (this.#failures || !navigator.onLine)) {
      this.#save();
      return;
    }
    while (this.#waiting.length) {
      let n = this.#waiting.length;
      let body = this.#body(n);
      while (body.length > BEACON_BYTES && n > 1) body = this.#body((n = n >> 1));
      if (!navigator.sendBeacon?.(this.#address, body)) break;
      this.#waiting.splice(0, n);
    }
    this.#save();
  }

  async #send(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#waiting.length) {
      const batch = this.#waiting.slice(0, BATCH_MAX);
      const wait = await this.#post(this.#body(batch.length));
      if (wait !== undefined) {
        this.#changed(wait);
        return;
      }
      // While it was sent, others may have come and the oldest may have gone.
      this.#waiting = this.#waiting.filter((event) => !batch.includes(event));
      this.#save();
    }
  }

  /** Nothing when the batch is done with; else after how long it is to be tried again. */
  async #post(body: string): Promise<number | undefined> {
    let retryAfter = 0;
    try {
      // Text needs no question beforehand whether it may be sent.
      const headers = { 'content-type': 'text/plain' };
      const answer = await fetch(this.#address, { method: 'POST', body, headers, credentials: 'omit' });
      if (answer.ok || (answer.status < 500 && answer.status !== 429)) {
        if (!answer.ok) console.warn('Heedful refused events:', answer.status, await answer.text());
        this.#failures = 0;
        return undefined;
      }
      retryAfter = Number(answer.headers.get('retry-after')) * 1_000 || 0;
    } catch {
      // No network: the browser says when there is one again.
    }
    const wait = Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** this.#failures++);
    return Math.max(retryAfter, wait * (0.5 + Math.random() / 2));
  }

  #body(n: number): string {
    const batch = this.#waiting.slice(0, n);
    return JSON.stringify({ api_key: this.#key, sent_at: new Date().toISOString(), batch });
  }

  #changed(wait: number): void {
    this.#save();
    this.#timer ??= setTimeout(() => void this.flush(), wait);
  }

  #save(): void {
    this.#store.set(this.#name, this.#waiting.length ? this.#waiting : undefined);
  }
}
