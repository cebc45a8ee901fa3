import type { Plan } from '../../experiment.ts';

export interface ChangedPart {
  name: string;
  before: string;
  after: string;
}

const words = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value ?? null));

/** The parts of a plan that an amendment changed, in words that can be shown. */
export function changedParts(before: Plan, after: Plan): ChangedPart[] {
  const names = Object.keys(after) as (keyof Plan)[];
  return names
    .map((name) => ({
      name: name.replaceAll('_', ' '),
      before: words(before[name]),
      after: words(after[name]),
    }))
    .filter((part) => part.before !== part.after);
}
