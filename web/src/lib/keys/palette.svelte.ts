import { onMount } from 'svelte';
import type { NavSection } from '../nav.ts';

export interface PaletteItem {
  id: string;
  title: string;
  group: string;
  hint?: string;
  keys?: string;
  /** Other words it can be found by. */
  also?: string;
  run: () => void;
}

/** The palette's state, and the actions that the pages on screen offer to it. */
class Palette {
  open = $state(false);
  #sources = $state.raw<(() => PaletteItem[])[]>([]);

  get actions(): PaletteItem[] {
    return this.#sources.flatMap((source) => source());
  }

  add(source: () => PaletteItem[]): () => void {
    this.#sources = [...this.#sources, source];
    return () => {
      this.#sources = this.#sources.filter((other) => other !== source);
    };
  }
}

export const palette = new Palette();

/** Offers a page's actions in ⌘K while the calling component is mounted. */
export function usePaletteActions(source: () => PaletteItem[]) {
  onMount(() => palette.add(source));
}

export function navItems(sections: NavSection[], go: (href: string) => void): PaletteItem[] {
  return sections.flatMap((section) =>
    section.pages.map((page) => ({
      id: page.href,
      title: page.title,
      group: 'Go to',
      hint: section.title === page.title ? undefined : section.title,
      keys: page.key && `g ${page.key}`,
      also: page.also,
      run: () => go(page.href),
    })),
  );
}
