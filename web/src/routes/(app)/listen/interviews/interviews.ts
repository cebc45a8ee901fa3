import { call, ifMatch, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';

export type Interview = Schemas['InterviewOut'];
export type InterviewIn = Schemas['InterviewIn'];
export type InterviewPatch = Schemas['InterviewPatch'];
export type Passage = Schemas['PassageOut'];

const PAGE_SIZE = 50;
const PASSAGES_PAGE = 200;

export const AUDIENCES = [
  { value: 'team', label: 'The team only' },
  { value: 'link', label: 'People the team invites' },
  { value: 'public', label: 'Anyone, without the name' },
] as const;

export type Audience = (typeof AUDIENCES)[number]['value'];

export const audienceLabel = (value: string) =>
  AUDIENCES.find((audience) => audience.value === value)?.label ?? value;

const path = (id: string) => ({ path: { id } });

export interface Filters {
  title?: string;
  archived?: boolean;
}

export function listInterviews(filters: Filters, cursor?: string) {
  return call(api.GET('/api/v1/interviews', { params: { query: { ...filters, limit: PAGE_SIZE, cursor } } }));
}

export const getInterview = (id: string) => call(api.GET('/api/v1/interviews/{id}', { params: path(id) }));

export const createInterview = (body: InterviewIn) => call(api.POST('/api/v1/interviews', { body }));

export const updateInterview = (interview: { id: string; version: number }, body: InterviewPatch) =>
  call(
    api.PATCH('/api/v1/interviews/{id}', {
      params: { ...path(interview.id), header: ifMatch(interview) },
      body,
    }),
  );

export const archiveInterview = (interview: Interview) =>
  call(
    api.DELETE('/api/v1/interviews/{id}', { params: { ...path(interview.id), header: ifMatch(interview) } }),
  );

export const restoreInterview = (interview: Interview) =>
  call(
    api.POST('/api/v1/interviews/{id}/restore', {
      params: { ...path(interview.id), header: ifMatch(interview) },
    }),
  );

export function listPassages(id: string, cursor?: string) {
  const query = { limit: PASSAGES_PAGE, cursor };
  return call(api.GET('/api/v1/interviews/{id}/passages', { params: { ...path(id), query } }));
}

/** The bytes go as they are: the server finds out what they are. */
export function putTranscript(interview: Interview, bytes: Blob, replace: boolean) {
  return call(
    api.PUT('/api/v1/interviews/{id}/transcript', {
      params: { ...path(interview.id), header: ifMatch(interview), query: { replace } },
      body: bytes as unknown as string,
      bodySerializer: (body) => body,
      headers: { 'Content-Type': 'application/octet-stream' },
    }),
  );
}
