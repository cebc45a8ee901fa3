import { browser } from '$app/env';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'heedful.theme';

function stored(): Theme {
  const value = browser ? localStorage.getItem(KEY) : null;
  return value === 'light' || value === 'dark' ? value : 'system';
}

/** Light, dark, or whatever the machine says. static/theme.js applies it before the first paint. */
class ThemeChoice {
  #value = $state<Theme>(stored());

  get value() {
    return this.#value;
  }

  set value(theme: Theme) {
    this.#value = theme;
    if (theme === 'system') {
      localStorage.removeItem(KEY);
      delete document.documentElement.dataset.theme;
    } else {
      localStorage.setItem(KEY, theme);
      document.documentElement.dataset.theme = theme;
    }
  }
}

export const theme = new ThemeChoice();
