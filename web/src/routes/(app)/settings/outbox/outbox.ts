import { call, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';

export type Entry = Schemas['OutboxEntry'];

const PAGE_SIZE = 50;

const STATES = {
  queued: { label: 'Waiting', tone: 'neutral' },
  sent: { label: 'Sent', tone: 'positive' },
  kept: { label: 'Kept', tone: 'info' },
  failed: { label: 'Failed', tone: 'negative' },
} as const;

export const stateOf = ({ state }: Entry) =>
  state in STATES ? STATES[state as keyof typeof STATES] : STATES.queued;

export function listOutbox(cursor?: string) {
  return call(api.GET('/api/v1/outbox', { params: { query: { limit: PAGE_SIZE, cursor } } }));
}
