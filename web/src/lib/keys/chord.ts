export interface KeyLike {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/**
 * The written form of a key press: `j`, `?`, `Enter`, `Shift+x`, `Mod+k`. Mod is ⌘ on a Mac and Ctrl
 * elsewhere; Shift is only named with letters, because `?` already contains it.
 */
export function chordOf(event: KeyLike): string {
  const letter = /^\p{L}$/u.test(event.key);
  const named = event.key.length > 1;
  const parts = [
    (event.ctrlKey || event.metaKey) && 'Mod',
    event.altKey && 'Alt',
    event.shiftKey && (letter || named) && 'Shift',
    letter ? event.key.toLowerCase() : event.key === ' ' ? 'Space' : event.key,
  ];
  return parts.filter(Boolean).join('+');
}

/** How long a first key waits for its second, as in `g i`. */
export const SEQUENCE_MS_MAX = 1200;

export interface Pending {
  chord: string;
  at: number;
}

/** The shortcut a key press completes, given the press before it; and what is pending after it. */
export function matchKeys<T extends { keys: string[] }>(
  shortcuts: T[],
  chord: string,
  pending: Pending | null,
  at: number,
): { shortcut?: T; pending: Pending | null } {
  const fresh = pending && at - pending.at <= SEQUENCE_MS_MAX ? `${pending.chord} ${chord}` : null;
  const find = (keys: string) => shortcuts.findLast((shortcut) => shortcut.keys.includes(keys));
  const shortcut = (fresh && find(fresh)) || find(chord);
  if (shortcut) return { shortcut, pending: null };
  const starts = shortcuts.some(({ keys }) => keys.some((k) => k.startsWith(`${chord} `)));
  return { pending: starts ? { chord, at } : null };
}

/** True where letters mean text: no single-key shortcut may fire there. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** The keycaps to show for a chord: `Mod+k` → ⌘ K or Ctrl K. */
export function keycaps(keys: string, mac: boolean): string[] {
  const names: Record<string, string> = {
    Mod: mac ? '⌘' : 'Ctrl',
    Shift: '⇧',
    Alt: mac ? '⌥' : 'Alt',
    Enter: '↵',
    Escape: 'Esc',
    ArrowUp: '↑',
    ArrowDown: '↓',
  };
  return keys.split(/[ +]/).map((key) => names[key] ?? (key.length === 1 ? key.toUpperCase() : key));
}
