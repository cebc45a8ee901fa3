import type { Component } from 'svelte';
import Dices from '@lucide/svelte/icons/dices';
import Ear from '@lucide/svelte/icons/ear';
import FlaskConical from '@lucide/svelte/icons/flask-conical';
import Gavel from '@lucide/svelte/icons/gavel';
import Lightbulb from '@lucide/svelte/icons/lightbulb';
import Link from '@lucide/svelte/icons/link';
import Megaphone from '@lucide/svelte/icons/megaphone';
import { KINDS, type Stage } from './kinds.ts';

/** The stages look as they do in the sidebar. */
const ICONS: Record<Stage, Component<{ size?: number }>> = {
  listen: Ear,
  understand: Lightbulb,
  bet: Dices,
  experiment: FlaskConical,
  decide: Gavel,
  share: Megaphone,
};

export function iconOf(kind: string): Component<{ size?: number }> {
  const stage = KINDS[kind]?.stage;
  return stage ? ICONS[stage] : Link;
}
