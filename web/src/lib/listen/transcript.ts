import type { Schemas } from '../api/client.ts';

export type Passage = Schemas['PassageOut'];

const COLOURS = 6;

/** Each speaker has a colour of their own; from the seventh on they are shared. */
export const colourOfSpeaker = (index: number) => `var(--data-${(Math.max(index, 0) % COLOURS) + 1})`;

/** `1:02:03`, or `2:03` within the first hour. */
export function timeMark(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
