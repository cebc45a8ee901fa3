import type { Component } from 'svelte';

export interface MenuItem {
  label: string;
  icon?: Component<{ size?: number }>;
  keys?: string;
  href?: string;
  run?: () => void;
  danger?: boolean;
  checked?: boolean;
  disabledReason?: string;
  /** Draws a line above, to set groups apart. */
  separated?: boolean;
}
