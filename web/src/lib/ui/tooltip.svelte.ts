const SHOW_MS = 450;
/** Long enough to move the pointer onto the tooltip itself. */
const HIDE_MS = 90;
/** After one tooltip was shown, its neighbours come at once. */
const WARM_MS = 400;

export interface Tip {
  text: string;
  keys?: string;
  anchor: DOMRect;
}

/** The one tooltip of the page. */
class Tooltips {
  tip = $state.raw<Tip | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hiddenAt = -Infinity;

  show(anchor: Element, text: string, keys: string | undefined, options: { at: number; soon?: boolean }) {
    clearTimeout(this.#timer);
    const warm = this.tip !== null || options.at - this.#hiddenAt < WARM_MS;
    const wait = options.soon || warm ? 0 : SHOW_MS;
    this.#timer = setTimeout(() => {
      if (anchor.isConnected) this.tip = { text, keys, anchor: anchor.getBoundingClientRect() };
    }, wait);
  }

  hold() {
    clearTimeout(this.#timer);
  }

  hide(at: number, wait = HIDE_MS) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.tip) this.#hiddenAt = at;
      this.tip = null;
    }, wait);
  }
}

export const tooltips = new Tooltips();

/** Where a box of a size goes: above its anchor when there is room, below otherwise, inside the window. */
export function place(
  anchor: { left: number; top: number; bottom: number; width: number },
  box: { width: number; height: number },
  view: { width: number; height: number },
): { left: number; top: number } {
  const [gap, margin] = [6, 8];
  const above = anchor.top - gap - box.height;
  const top = above >= margin ? above : Math.min(anchor.bottom + gap, view.height - box.height - margin);
  const middle = anchor.left + anchor.width / 2 - box.width / 2;
  return { left: Math.max(margin, Math.min(middle, view.width - box.width - margin)), top };
}
