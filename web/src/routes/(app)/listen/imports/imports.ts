import { call, ifMatch, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';

export type Import = Schemas['ImportOut'];
/** As the server gives it: with every meaning, mapped or not. */
export type Mapping = Schemas['ImportMapping'] & { body: string[] };
export type Preview = Schemas['ImportPreview'];

type Tone = 'neutral' | 'accent' | 'positive' | 'negative' | 'warning' | 'info';

export const STATES: Record<string, { label: string; tone: Tone }> = {
  previewed: { label: 'Not started', tone: 'neutral' },
  queued: { label: 'Waiting', tone: 'info' },
  running: { label: 'Running', tone: 'info' },
  cancelling: { label: 'Stopping', tone: 'warning' },
  cancelled: { label: 'Stopped', tone: 'warning' },
  failed: { label: 'Broken off', tone: 'negative' },
  done: { label: 'Done', tone: 'positive' },
  undoing: { label: 'Being undone', tone: 'warning' },
  undone: { label: 'Undone', tone: 'neutral' },
};

/** What a column can mean, in the order of the form; the name is that of the API. */
export const MEANINGS = [
  { name: 'external_id', label: 'Its id', hint: 'Rows with an id already known are left alone.' },
  { name: 'occurred_at', label: 'When it was said' },
  { name: 'score', label: 'Score' },
  { name: 'person_email', label: 'Person: email' },
  { name: 'person_name', label: 'Person: name' },
  { name: 'person_external_id', label: 'Person: id' },
  { name: 'account_name', label: 'Account: name' },
  { name: 'account_external_id', label: 'Account: id' },
  { name: 'tags', label: 'Tags', hint: 'Parted by commas or semicolons.' },
  { name: 'language', label: 'Language' },
  { name: 'page_url', label: 'Page address' },
  { name: 'app_version', label: 'App version' },
  { name: 'may_show', label: 'May be shown to', hint: 'team, link or public in each row.' },
] as const;

export type Meaning = (typeof MEANINGS)[number]['name'];

export const SCORE_KINDS = [
  { value: 'nps', label: 'How likely to recommend, 0–10' },
  { value: 'rating', label: 'Stars, 1–5' },
  { value: 'csat', label: 'Satisfaction, 1–5' },
  { value: 'pmf', label: 'Disappointment without it, 0–2' },
] as const;

export const DATE_FORMATS = [
  { value: 'auto', label: 'Found out by itself' },
  { value: 'dmy', label: 'Day, month, year' },
  { value: 'mdy', label: 'Month, day, year' },
  { value: 'ymd', label: 'Year, month, day' },
  { value: 'iso', label: 'ISO 8601' },
  { value: 'epoch_s', label: 'Seconds since 1970' },
  { value: 'epoch_ms', label: 'Milliseconds since 1970' },
] as const;

/** How the bytes of the file become rows. */
export interface Reading {
  file_encoding: string;
  delimiter: string;
}

const ENCODINGS = [
  { value: 'UTF-8', label: 'UTF-8' },
  { value: 'windows-1252', label: 'Western European (Windows-1252)' },
  { value: 'ISO-8859-15', label: 'Western European (ISO 8859-15)' },
  { value: 'windows-1250', label: 'Central European (Windows-1250)' },
  { value: 'ISO-8859-2', label: 'Central European (ISO 8859-2)' },
  { value: 'windows-1251', label: 'Cyrillic (Windows-1251)' },
  { value: 'windows-1253', label: 'Greek (Windows-1253)' },
  { value: 'windows-1254', label: 'Turkish (Windows-1254)' },
  { value: 'macintosh', label: 'Macintosh' },
  { value: 'UTF-16LE', label: 'UTF-16, little endian' },
  { value: 'UTF-16BE', label: 'UTF-16, big endian' },
  { value: 'Shift_JIS', label: 'Japanese (Shift JIS)' },
  { value: 'gb18030', label: 'Chinese (GB 18030)' },
  { value: 'Big5', label: 'Chinese (Big5)' },
  { value: 'EUC-KR', label: 'Korean (EUC-KR)' },
];

/** The usual encodings, and the one found even if it is another. */
export const encodings = (current: string) =>
  ENCODINGS.some(({ value }) => value === current)
    ? ENCODINGS
    : [{ value: current, label: current }, ...ENCODINGS];

export const DELIMITERS = [
  { value: ',', label: 'Comma' },
  { value: ';', label: 'Semicolon' },
  { value: '\t', label: 'Tab' },
  { value: '|', label: 'Bar' },
] as const;

export const isWorking = (state: string) => ['queued', 'running', 'cancelling', 'undoing'].includes(state);

export function listImports(cursor?: string) {
  return call(api.GET('/api/v1/imports', { params: { query: { limit: 20, cursor } } }));
}

export function getImport(id: string) {
  return call(api.GET('/api/v1/imports/{id}', { params: { path: { id } } }));
}

export function getPreview(id: string) {
  return call(api.GET('/api/v1/imports/{id}/preview', { params: { path: { id } } }));
}

export function listRefusals(id: string) {
  return call(api.GET('/api/v1/imports/{id}/refusals', { params: { path: { id }, query: { limit: 100 } } }));
}

export function saveMapping(row: Import, mapping: Mapping, reading: Reading) {
  const params = { path: { id: row.id }, header: ifMatch(row) };
  return call(api.PUT('/api/v1/imports/{id}/mapping', { params, body: { mapping, ...reading } }));
}

export function startImport(row: Import) {
  return call(
    api.POST('/api/v1/imports/{id}/start', { params: { path: { id: row.id }, header: ifMatch(row) } }),
  );
}

export function cancelImport(id: string) {
  return call(api.POST('/api/v1/imports/{id}/cancel', { params: { path: { id } } }));
}

export function undoImport(row: Import) {
  return call(
    api.POST('/api/v1/imports/{id}/undo', { params: { path: { id: row.id }, header: ifMatch(row) } }),
  );
}
