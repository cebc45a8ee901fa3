import { call, ifMatch, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';

export type Segment = Schemas['SegmentOut'];
export type Preview = Schemas['SegmentPreview'];

export function listSegments(archived = false) {
  return call(api.GET('/api/v1/segments', { params: { query: { archived } } }));
}

export function getSegment(id: string) {
  return call(api.GET('/api/v1/segments/{id}', { params: { path: { id } } }));
}

export function previewSegment(rule: Schemas['SegmentRule'], signal: AbortSignal) {
  return call(api.POST('/api/v1/segments/preview', { body: { rule }, signal }));
}

export function createSegment(body: Schemas['SegmentIn']) {
  return call(api.POST('/api/v1/segments', { body }));
}

export function updateSegment(
  segment: { id: string; version: number },
  body: Partial<Schemas['SegmentPatch']>,
) {
  const params = { path: { id: segment.id }, header: ifMatch(segment) };
  return call(api.PATCH('/api/v1/segments/{id}', { params, body: body as Schemas['SegmentPatch'] }));
}

export function archiveSegment(segment: Segment) {
  const params = { path: { id: segment.id }, header: ifMatch(segment) };
  return call(api.DELETE('/api/v1/segments/{id}', { params }));
}

export function restoreSegment(segment: { id: string; version: number }) {
  const params = { path: { id: segment.id }, header: ifMatch(segment) };
  return call(api.POST('/api/v1/segments/{id}/restore', { params }));
}
