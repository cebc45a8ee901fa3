import { call, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';

export type Job = Schemas['JobOut'];

const PAGE_SIZE = 50;

export const STATES = [
  { value: 'queued', label: 'Waiting', tone: 'neutral' },
  { value: 'running', label: 'Running', tone: 'info' },
  { value: 'done', label: 'Done', tone: 'positive' },
  { value: 'failed', label: 'Failed', tone: 'negative' },
] as const;

export function listJobs(state?: string, cursor?: string) {
  return call(api.GET('/api/v1/jobs', { params: { query: { state, limit: PAGE_SIZE, cursor } } }));
}

export function retryJob(id: string) {
  return call(api.POST('/api/v1/jobs/{id}/retry', { params: { path: { id } } }));
}
