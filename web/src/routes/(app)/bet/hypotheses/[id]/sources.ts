import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { Option } from '#lib/ui/options.svelte.ts';
import type { Evidence } from '../../bet.ts';

export interface EvidenceSource {
  value: Evidence['kind'];
  label: string;
  search: (query: string) => Promise<Option[]>;
}

const OPTIONS_MAX = 20;
const TITLE_MAX = 120;
const params = { query: { limit: 200 } };

async function find<T extends { id: string }>(
  query: string,
  list: Promise<{ items: T[] }>,
  title: (item: T) => string,
): Promise<Option[]> {
  const words = query.trim().toLowerCase();
  return (await list).items
    .map((item) => ({ id: item.id, name: title(item).slice(0, TITLE_MAX) }))
    .filter(({ name }) => name.toLowerCase().includes(words))
    .slice(0, OPTIONS_MAX);
}

export const findMetrics = (query: string) =>
  find(query, call(api.GET('/api/v1/metrics', { params })), ({ name }) => name);

/** What can be evidence, and how it is found. */
export const EVIDENCE_KINDS: readonly EvidenceSource[] = [
  {
    value: 'signal',
    label: 'Signal',
    search: (query) => find(query, call(api.GET('/api/v1/signals', { params })), ({ body }) => body),
  },
  {
    value: 'insight',
    label: 'Insight',
    search: (query) =>
      find(query, call(api.GET('/api/v1/insights', { params })), ({ statement }) => statement),
  },
  {
    value: 'theme',
    label: 'Theme',
    search: (query) => find(query, call(api.GET('/api/v1/themes', { params })), ({ name }) => name),
  },
  { value: 'metric', label: 'Metric', search: findMetrics },
  {
    value: 'experiment',
    label: 'Experiment',
    search: (query) => find(query, call(api.GET('/api/v1/experiments', { params })), ({ title }) => title),
  },
];
