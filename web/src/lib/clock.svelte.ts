import { createSubscriber } from 'svelte/reactivity';

const TICK_MS = 30_000;

/** A clock that ticks only while something on the page shows a relative time. */
class Clock {
  #subscribe = createSubscriber((update) => {
    const timer = setInterval(update, TICK_MS);
    return () => clearInterval(timer);
  });

  get now() {
    this.#subscribe();
    return new Date();
  }
}

export const clock = new Clock();
