import type { Schemas } from '#lib/api/client.ts';

export type Insight = Schemas['InsightOut'];

export const NEXT_STEPS = [
  { value: 'ask_more', label: 'Ask more' },
  { value: 'theme', label: 'Put in a theme' },
  { value: 'hypothesis', label: 'Make a hypothesis' },
  { value: 'fix_now', label: 'Fix now' },
  { value: 'no_action', label: 'No action' },
] as const;

/** The three tags that every insight owes, in words. */
export const OWED: Record<string, string> = {
  segment: 'Segment',
  context: 'Context',
  next_step: 'Next step',
};
