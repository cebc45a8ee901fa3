export interface Toast {
  id: number;
  tone: 'success' | 'error' | 'info';
  message: string;
  undo?: () => void | Promise<void>;
}

const SHOWN_MS = 8000;
const ERROR_MS = 12_000;
const TOASTS_MAX = 4;

/** Short messages at the edge of the page, with a way to take the last act back. */
class Toasts {
  list = $state.raw<Toast[]>([]);
  #lastId = 0;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  success = (message: string, options: { undo?: Toast['undo'] } = {}) =>
    this.#show('success', message, options);
  info = (message: string) => this.#show('info', message);
  error = (message: string) => this.#show('error', message);

  dismiss(id: number) {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  /** Takes back the newest act that can be: what the key `u` does. */
  async undoLast(): Promise<boolean> {
    const toast = this.list.findLast((one) => one.undo);
    if (!toast) return false;
    this.dismiss(toast.id);
    await toast.undo?.();
    return true;
  }

  /** While a pointer or the focus rests on the messages, they stay. */
  hold() {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  release() {
    for (const toast of this.list) this.#expire(toast);
  }

  #show(tone: Toast['tone'], message: string, options: { undo?: Toast['undo'] } = {}): number {
    const toast = { id: ++this.#lastId, tone, message, ...options };
    this.list = [...this.list, toast].slice(-TOASTS_MAX);
    this.#expire(toast);
    return toast.id;
  }

  #expire(toast: Toast) {
    const wait = toast.tone === 'error' ? ERROR_MS : SHOWN_MS;
    this.#timers.set(
      toast.id,
      setTimeout(() => this.dismiss(toast.id), wait),
    );
  }
}

export const toast = new Toasts();
