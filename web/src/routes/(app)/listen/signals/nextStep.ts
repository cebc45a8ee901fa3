import type { Schemas } from '#lib/api/client.ts';
import { dayIn, startOfDay } from '#lib/format/time.ts';
import type { NEXT_STEPS } from './filters.ts';

type NextStep = Schemas['NextStep'];
type Kind = (typeof NEXT_STEPS)[number]['value'];

/** What the form holds: days instead of instants, empty texts instead of nothing. */
export interface NextStepValues extends Record<string, unknown> {
  kind: Kind | '';
  note: string;
  due: string;
}

export function valuesOf(step: NextStep | null | undefined, timeZone: string): NextStepValues {
  return {
    kind: (step?.kind ?? '') as Kind | '',
    note: step?.note ?? '',
    due: step?.due_at ? dayIn(step.due_at, timeZone) : '',
  };
}

/** Null when no kind is chosen; who owns it is not part of the form and stays. */
export function stepOf(
  values: NextStepValues,
  before: NextStep | null | undefined,
  timeZone: string,
): NextStep | null {
  if (!values.kind) return null;
  return {
    kind: values.kind,
    note: values.note.trim() || null,
    owner_id: before?.owner_id ?? null,
    due_at: values.due ? startOfDay(values.due, timeZone) : null,
  };
}
