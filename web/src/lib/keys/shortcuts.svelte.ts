import { onMount } from 'svelte';
import { chordOf, isTyping, matchKeys, type Pending } from './chord.ts';

export interface Shortcut {
  keys: string[];
  label: string;
  run: () => void;
  /** Why it does nothing right now: shown in the help instead of hiding it. */
  disabledReason?: string;
}

export interface Group {
  title: string;
  shortcuts: Shortcut[];
}

/** Everything the keyboard can do on this page. Later groups win over earlier ones. */
class Shortcuts {
  groups = $state.raw<{ get: () => Group }[]>([]);
  helpOpen = $state(false);
  #pending: Pending | null = null;

  list(): Group[] {
    return this.groups.map(({ get }) => get());
  }

  add(get: () => Group): () => void {
    const entry = { get };
    this.groups = [...this.groups, entry];
    return () => {
      this.groups = this.groups.filter((other) => other !== entry);
    };
  }

  handle = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const chord = chordOf(event);
    if (isTyping(event.target) && !chord.startsWith('Mod+')) return;
    // An open dialog or menu owns the keyboard; only keys with a modifier reach past it.
    const inOverlay = (event.target as Element | null)?.closest?.('[role="dialog"], [role="menu"]');
    if (inOverlay && !chord.startsWith('Mod+')) return;
    const onControl = (event.target as Element | null)?.closest?.('a, button, summary');
    if (onControl && (chord === 'Enter' || chord === 'Space')) return;
    const all = this.list().flatMap((group) => group.shortcuts);
    const { shortcut, pending } = matchKeys(all, chord, this.#pending, event.timeStamp);
    this.#pending = pending;
    if (!shortcut) return;
    event.preventDefault();
    if (!shortcut.disabledReason) shortcut.run();
  };
}

export const shortcuts = new Shortcuts();

/** Registers a page's keys while the calling component is mounted. */
export function useShortcuts(get: () => Group) {
  onMount(() => shortcuts.add(get));
}
