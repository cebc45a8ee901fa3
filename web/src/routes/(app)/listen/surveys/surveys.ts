import { call, ifMatch, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';

export type Survey = Schemas['SurveyOut'];
export type SurveyIn = Schemas['SurveyIn'];
export type SurveyPatch = Schemas['SurveyPatch'];
export type FollowUp = Schemas['FollowUp'];
export type Results = Schemas['SurveyResults'];
export type Figure = Schemas['Figure'];
export type SurveyResponse = Schemas['ResponseOut'];
export type AskPlan = Schemas['AskPlan'];

export type Kind = 'nps' | 'pmf' | 'open';
export type Band = 'low' | 'mid' | 'high';

const PAGE_SIZE = 50;

export const KINDS: { value: Kind; label: string; hint: string }[] = [
  { value: 'nps', label: 'Recommendation (NPS)', hint: '0 to 10: how likely people are to recommend you.' },
  {
    value: 'pmf',
    label: 'Product-market fit',
    hint: 'How people would feel if they could no longer use it, against the 40% line.',
  },
  { value: 'open', label: 'Open question', hint: 'Words only: a feedback form, an idea box.' },
];

export const kindLabel = (kind: string) => KINDS.find(({ value }) => value === kind)?.label ?? kind;

export const STATES: Record<string, { label: string; tone: 'neutral' | 'positive' | 'warning' }> = {
  draft: { label: 'Draft', tone: 'warning' },
  live: { label: 'Live', tone: 'positive' },
  closed: { label: 'Closed', tone: 'neutral' },
};

/** What the groups of the main answer are called, by kind. */
export const BANDS: Record<string, Record<Band, string>> = {
  nps: { low: 'Detractors, 0 to 6', mid: 'Passives, 7 and 8', high: 'Promoters, 9 and 10' },
  pmf: { low: 'Not disappointed', mid: 'Somewhat disappointed', high: 'Very disappointed' },
};

const path = (id: string) => ({ path: { id } });
const seen = (survey: Survey) => ({ ...path(survey.id), header: ifMatch(survey) });

export function listSurveys(query: { state?: string; archived?: boolean }, cursor?: string) {
  return call(api.GET('/api/v1/surveys', { params: { query: { ...query, limit: PAGE_SIZE, cursor } } }));
}

export const getSurvey = (id: string) => call(api.GET('/api/v1/surveys/{id}', { params: path(id) }));

export const createSurvey = (body: SurveyIn) => call(api.POST('/api/v1/surveys', { body }));

export const updateSurvey = (survey: { id: string; version: number }, body: SurveyPatch) =>
  call(api.PATCH('/api/v1/surveys/{id}', { params: { ...path(survey.id), header: ifMatch(survey) }, body }));

export const openSurvey = (survey: Survey) =>
  call(api.POST('/api/v1/surveys/{id}/open', { params: seen(survey) }));

export const closeSurvey = (survey: Survey) =>
  call(api.POST('/api/v1/surveys/{id}/close', { params: seen(survey) }));

export const archiveSurvey = (survey: Survey) =>
  call(api.DELETE('/api/v1/surveys/{id}', { params: seen(survey) }));

export const restoreSurvey = (survey: Survey) =>
  call(api.POST('/api/v1/surveys/{id}/restore', { params: seen(survey) }));

export const previewSurvey = async (body: SurveyIn, signal: AbortSignal) =>
  (await call(api.POST('/api/v1/surveys/preview', { body, signal }))).html;

export function getResults(id: string, query: { interval?: string; by?: string }) {
  return call(api.GET('/api/v1/surveys/{id}/results', { params: { ...path(id), query } }));
}

export function listResponses(id: string, band: string | undefined, cursor?: string) {
  const query = { band, limit: PAGE_SIZE, cursor };
  return call(api.GET('/api/v1/surveys/{id}/responses', { params: { ...path(id), query } }));
}

export const planSurvey = (kind: string, n?: number) =>
  call(api.GET('/api/v1/surveys/plan', { params: { query: { kind, n } } }));
