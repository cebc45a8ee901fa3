import { watchDeeds } from './autocapture.ts';
import { asksForPrivacy, consent, sayConsent } from './consent.ts';
import { newId } from './id.ts';
import type { Options, Properties } from './options.ts';
import { onNavigation, SESSION_MS, whereabouts } from './page.ts';
import { Queue } from './queue.ts';
import { Store } from './store.ts';

declare const VERSION: string;

interface Session {
  id: string;
  at: number;
}

/** Tells one Heedful workspace what people do in this page. */
export class Heedful {
  readonly #store: Store;
  readonly #queue: Queue;
  readonly #tellsViews: boolean;

  constructor({
    key,
    host = location.origin,
    storage = 'none',
    pageViews = true,
    autocapture = false,
  }: Options) {
    this.#tellsViews = pageViews;
    this.#store = new Store(consent() === true || (storage === 'local' && this.isOn));
    this.#queue = new Queue(host.replace(/\/+$/, ''), key, this.#store);
    if (this.isOn) this.#queue.adopt();
    if (autocapture) watchDeeds((event, properties) => this.capture(event, properties));
    if (pageViews) {
      this.page();
      onNavigation(() => this.page());
      addEventListener('pagehide', () => {
        this.capture('$pageleave');
        this.#queue.leave();
      });
    }
  }

  /** By what the person is known now: the id of the last `identify`, or a made-up one. */
  get distinctId(): string {
    return this.#store.get<string>('person') ?? this.#madeUpId;
  }

  /** Whether anything is told: not after a no, and without a yes not where the browser asks for privacy. */
  get isOn(): boolean {
    return consent() ?? !asksForPrivacy();
  }

  /** Tells that something was done. */
  capture(event: string, properties: Properties = {}): void {
    if (!this.isOn) return;
    const groups = this.#store.get<Properties>('groups');
    this.#queue.add({
      uuid: newId(),
      event,
      distinct_id: this.distinctId,
      timestamp: new Date().toISOString(),
      properties: {
        ...whereabouts(),
        ...(groups ? { $groups: groups } : {}),
        $session_id: this.#session(),
        $lib: '@heedful/browser',
        $lib_version: VERSION,
        ...properties,
      },
    });
  }

  /** Tells that a page is looked at. Happens by itself unless `pageViews` is false. */
  page(properties?: Properties): void {
    this.capture('$pageview', properties);
  }

  /** Tells who this is, by the id that your own system has, and what is known of the person. */
  identify(distinctId: string, traits: Properties = {}): void {
    const before = this.#store.get<string>('person');
    if (before === distinctId) {
      if (Object.keys(traits).length) this.capture('$set', { $set: traits });
      return;
    }
    // Somebody else signed in without a sign-out: what the nameless visitor did belongs to the first.
    if (before !== undefined) this.reset();
    const nameless = this.#madeUpId;
    this.#store.set('person', distinctId);
    this.capture('$identify', { $anon_distinct_id: nameless, $set: traits });
  }

  /** Tells to which account the person belongs, such as `group('company', 'acme', { name: 'Acme', plan: 'team' })`. */
  group(type: string, key: string, traits: Properties = {}): void {
    this.#store.set('groups', { ...this.#store.get<Properties>('groups'), [type]: key });
    this.capture('$groupidentify', { $group_type: type, $group_key: key, $group_set: traits });
  }

  /** At sign-out: whoever comes next is somebody else. */
  reset(): void {
    for (const name of ['person', 'nameless', 'groups', 'session']) this.#store.set(name, undefined);
  }

  /** The person agrees: things are told, and remembered in the browser until `optOut`. */
  optIn(): void {
    const wasOn = this.isOn;
    sayConsent(true);
    this.#store.last();
    this.#queue.adopt();
    if (this.#tellsViews && !wasOn) this.page();
  }

  /** The person does not want it: nothing is told any more, and what was remembered is forgotten. */
  optOut(): void {
    this.#queue.clear();
    this.#store.forget();
    sayConsent(false);
  }

  /** Waits until what was told so far has arrived, or cannot be sent now. */
  flush(): Promise<void> {
    return this.#queue.flush();
  }

  get #madeUpId(): string {
    const known = this.#store.get<string>('nameless');
    if (known) return known;
    const made = newId();
    this.#store.set('nameless', made);
    return made;
  }

  #session(): string {
    const before = this.#store.get<Session>('session');
    const at = Date.now();
    const id = before && at - before.at < SESSION_MS ? before.id : newId();
    this.#store.set('session', { id, at });
    return id;
  }
}
