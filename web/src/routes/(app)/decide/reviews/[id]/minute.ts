import type { Schemas } from '#lib/api/client.ts';
import type { Option } from '#lib/ui/options.svelte.ts';
import { dayFromNow, endOfDay, me, type AgendaItem } from '../../api.ts';
import type { Outcome } from '../../words.ts';

const DUE_DAYS = 7;

export interface MinuteValues extends Record<string, unknown> {
  note: string;
  outcome: Outcome;
  title: string;
  owner: Option | null;
  due: string;
  step: string;
}

/** What the form of an item starts from: its minutes, or what usually comes of such an item. */
export function valuesFor(item: AgendaItem, minute?: Schemas['Minute']): MinuteValues {
  return {
    note: minute?.note ?? '',
    // What was created once is not created again by saving a better note.
    outcome: minute ? 'noted' : (item.suggested as Outcome),
    title: '',
    owner: me(),
    due: dayFromNow(DUE_DAYS),
    step: 'ask_more',
  };
}

export function bodyOf({ note, outcome, title, owner, due, step }: MinuteValues): Schemas['MinuteIn'] {
  const owner_id = owner?.id ?? '';
  const due_at = endOfDay(due);
  return {
    note,
    outcome,
    ...(outcome === 'action' && { action: { title, owner_id, due_at: due_at ?? '' } }),
    ...(outcome === 'decision' && { decision: { question: title, owner_id: owner_id || null, due_at } }),
    ...(outcome === 'next_step' && {
      next_step: { kind: step, note: title || null, owner_id: owner_id || null, due_at },
    }),
  };
}
