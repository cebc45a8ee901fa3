import type { Schemas } from '#lib/api/client.ts';
import { plural } from '#lib/format/number.ts';

/** A condition as it is typed: the value is text until it is sent. */
export interface Draft {
  on: 'person' | 'account';
  field: string;
  op: string;
  value: string;
}

export const FIELDS = {
  person: [
    { value: 'name', label: 'Name' },
    { value: 'email', label: 'Email' },
    { value: 'external_id', label: 'Id in your product' },
    { value: 'id', label: 'Picked one by one' },
  ],
  account: [
    { value: 'plan', label: 'Plan' },
    { value: 'revenue_cents', label: 'Yearly revenue' },
    { value: 'name', label: 'Name' },
    { value: 'external_id', label: 'Id in your product' },
  ],
} as const;

export const OPS = [
  { value: 'eq', label: 'is' },
  { value: 'ne', label: 'is not' },
  { value: 'contains', label: 'contains' },
  { value: 'gt', label: 'is more than' },
  { value: 'lt', label: 'is less than' },
  { value: 'in', label: 'is one of' },
  { value: 'set', label: 'is known' },
  { value: 'not_set', label: 'is not known' },
] as const;

export const takesValue = (op: string) => op !== 'set' && op !== 'not_set';

const isMoney = (draft: Pick<Draft, 'on' | 'field'>) =>
  draft.on === 'account' && draft.field === 'revenue_cents';

/** Money is typed in whole units and asked for in cents. */
function readOne(draft: Draft, text: string): string | number | boolean {
  const trimmed = text.trim();
  if (trimmed === 'true' || trimmed === 'false') return trimmed === 'true';
  const number = Number(trimmed);
  if (trimmed === '' || !Number.isFinite(number)) return trimmed;
  return isMoney(draft) ? Math.round(number * 100) : number;
}

export function ruleOf(drafts: Draft[]): Schemas['SegmentRule'] {
  const all = drafts.map((draft) => {
    const { on, field, op } = draft;
    if (!takesValue(op)) return { on, field, op };
    const texts = op === 'in' ? draft.value.split(',').filter((text) => text.trim()) : [];
    const value = op === 'in' ? texts.map((text) => readOne(draft, text)) : readOne(draft, draft.value);
    return { on, field, op, value };
  });
  return { all };
}

export function draftsOf(rule: Schemas['SegmentRule']): Draft[] {
  return rule.all.map(({ on, field, op, value }) => {
    const money = isMoney({ on: on as Draft['on'], field });
    const show = (one: unknown) =>
      one === null || one === undefined ? '' : String(money ? Number(one) / 100 : one);
    return {
      on: on as Draft['on'],
      field,
      op,
      value: Array.isArray(value) ? value.map(show).join(', ') : show(value),
    };
  });
}

/** Whether a condition picks people by their records, as those behind a number: it is not typed. */
export const isPicked = (draft: Pick<Draft, 'on' | 'field'>) => draft.on === 'person' && draft.field === 'id';

/** A condition in words: "account plan is enterprise". */
export function words(draft: Draft): string {
  if (isPicked(draft)) return plural(draft.value.split(',').length, 'picked person', 'picked people');
  const known = FIELDS[draft.on].find(({ value }) => value === draft.field)?.label.toLowerCase();
  const field = known ?? draft.field.replace(/^traits\./, '');
  const op = OPS.find(({ value }) => value === draft.op)?.label ?? draft.op;
  return [draft.on, field, op, takesValue(draft.op) ? draft.value : ''].filter(Boolean).join(' ');
}
