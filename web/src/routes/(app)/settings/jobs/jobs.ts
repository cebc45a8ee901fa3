import { call, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';

export type Job = Schemas['JobOut'];

const PAGE_SIZE = 50;

export const STATES = [
  { value: 'queued', label: 'Waiting', tone: 'neutral' },
  { value: 'running', label: 'Running', tone: 'info' },
  { value: 'done', label: 'Done', tone: 'positive' },
  { value: 'failed', label: 'Failed', tone: 'negative' },
  { value: 'scheduled', label: 'Scheduled', tone: 'neutral' },
] as const;

const WORK: Record<string, string> = {
  clean_up: 'Clear away what has expired',
  evaluate_rules: 'Check the rules',
  forget_answers: 'Delete survey answers kept long enough',
  refresh_segments: 'Find out who is in which segment',
  erase_events: 'Erase events once more',
  run_import: 'Import a file',
  send_digests: 'Write the weekly digests',
  send_mail: 'Send a mail',
  send_outcome_notices: 'Tell people about an outcome',
  send_password_reset: 'Send a link for a new password',
  undo_import: 'Take back an import',
};

/** What a job does; a kind from a newer server is at least readable. */
export const workOf = (kind: string) => WORK[kind] ?? kind.replaceAll('_', ' ');

/** What is due much later, such as deletions at the end of a promised time, is a list of its own. */
export function listJobs(chosen?: string, cursor?: string) {
  const scheduled = chosen === 'scheduled';
  const state = scheduled ? undefined : chosen;
  return call(api.GET('/api/v1/jobs', { params: { query: { state, scheduled, limit: PAGE_SIZE, cursor } } }));
}

export function retryJob(id: string) {
  return call(api.POST('/api/v1/jobs/{id}/retry', { params: { path: { id } } }));
}
