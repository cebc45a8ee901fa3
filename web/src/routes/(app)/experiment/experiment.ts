import { call, ifMatch, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';

export type Experiment = Schemas['ExperimentOut'];
export type ExperimentKind = Schemas['ExperimentKind'];
export type Plan = Schemas['Plan'];
export type PlanMetric = Schemas['PlanMetric'];
export type ExperimentResult = Schemas['ExperimentResult'];
export type ExperimentData = Schemas['ExperimentData'];
export type Mapping = Schemas['UnitMapping'];
type Versioned = { id: string; version: number };

export const PAGE_SIZE = 50;

export const KINDS: readonly { value: ExperimentKind; label: string; hint: string }[] = [
  { value: 'ab', label: 'A/B test', hint: 'Chance decides who gets which version. The strongest evidence.' },
  { value: 'fake_door', label: 'Fake door', hint: 'Offer it before it exists, and count who wants it.' },
  { value: 'interview_round', label: 'Interview round', hint: 'Ask a few people and count what they say.' },
  { value: 'prototype', label: 'Prototype test', hint: 'A few people try it; count who succeeds.' },
  {
    value: 'before_after',
    label: 'Before and after',
    hint: 'Compare two times. Weak: other things change too.',
  },
];

export const kindLabel = (kind: ExperimentKind) => KINDS.find(({ value }) => value === kind)?.label ?? kind;

export const STATES = [
  { value: 'planned', label: 'Planned', tone: 'neutral' },
  { value: 'running', label: 'Running', tone: 'info' },
  { value: 'finished', label: 'Finished', tone: 'positive' },
  { value: 'stopped', label: 'Stopped', tone: 'warning' },
] as const;

export const VERDICTS = {
  confirmed: { label: 'Confirmed', tone: 'positive' },
  refuted: { label: 'Refuted', tone: 'negative' },
  inconclusive: { label: 'Inconclusive', tone: 'warning' },
  not_enough_data: { label: 'Not enough data yet', tone: 'neutral' },
} as const;

export function listExperiments(query: { state?: Experiment['state'] }, cursor?: string) {
  return call(api.GET('/api/v1/experiments', { params: { query: { ...query, limit: PAGE_SIZE, cursor } } }));
}

export const getExperiment = (id: string) =>
  call(api.GET('/api/v1/experiments/{id}', { params: { path: { id } } }));

export const createExperiment = (body: Schemas['ExperimentIn']) =>
  call(api.POST('/api/v1/experiments', { body }));

export function updatePlan(experiment: Versioned, plan: Plan): Promise<Experiment> {
  const params = { path: { id: experiment.id }, header: ifMatch(experiment) };
  return call(api.PATCH('/api/v1/experiments/{id}', { params, body: { plan } }));
}

export function amendPlan(experiment: Versioned, plan: Plan, reason: string): Promise<Experiment> {
  const params = { path: { id: experiment.id }, header: ifMatch(experiment) };
  return call(api.POST('/api/v1/experiments/{id}/amendments', { params, body: { plan, reason } }));
}

export const checkPlan = (kind: ExperimentKind, plan: Plan) =>
  call(api.POST('/api/v1/experiments/plan-check', { body: { kind, plan } }));

export function startExperiment(experiment: Versioned): Promise<Experiment> {
  const params = { path: { id: experiment.id }, header: ifMatch(experiment) };
  return call(api.POST('/api/v1/experiments/{id}/start', { params }));
}

export function finishExperiment(experiment: Versioned): Promise<Experiment> {
  const params = { path: { id: experiment.id }, header: ifMatch(experiment) };
  return call(api.POST('/api/v1/experiments/{id}/finish', { params }));
}

export function stopExperiment(experiment: Versioned, reason: string): Promise<Experiment> {
  const params = { path: { id: experiment.id }, header: ifMatch(experiment) };
  return call(api.POST('/api/v1/experiments/{id}/stop', { params, body: { reason } }));
}

export const getResult = (id: string) =>
  call(api.GET('/api/v1/experiments/{id}/result', { params: { path: { id } } }));

export const getData = (id: string) =>
  call(api.GET('/api/v1/experiments/{id}/sums', { params: { path: { id } } }));

export const setSums = (id: string, sums: Schemas['SumIn'][]) =>
  call(api.PUT('/api/v1/experiments/{id}/sums', { params: { path: { id } }, body: { sums } }));

export const clearData = (id: string) =>
  call(api.DELETE('/api/v1/experiments/{id}/sums', { params: { path: { id } } }));

/** A file goes as it is; the server reads plain and compressed CSV. */
const upload = (file: File) => ({
  body: file as unknown as string,
  bodySerializer: (body: unknown) => body as File,
  headers: { 'Content-Type': 'text/csv' },
});

export function previewImport(id: string, file: File) {
  return call(
    api.POST('/api/v1/experiments/{id}/import/preview', { params: { path: { id } }, ...upload(file) }),
  );
}

export function importFile(id: string, file: File, mapping: Mapping) {
  const params = { path: { id }, query: { mapping: JSON.stringify(mapping) } };
  return call(api.POST('/api/v1/experiments/{id}/import', { params, ...upload(file) }));
}

export const addAsEvidence = (id: string, direction?: 'for' | 'against') =>
  call(api.POST('/api/v1/experiments/{id}/evidence', { params: { path: { id } }, body: { direction } }));
