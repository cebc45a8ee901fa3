import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { Option } from '#lib/ui/Combobox.svelte';
import { findSignals } from '../../bet.ts';

export interface EvidenceSource {
  value: 'signal' | 'experiment';
  label: string;
  search: (query: string) => Promise<Option[]>;
}

const OPTIONS_MAX = 20;

async function findExperiments(query: string): Promise<Option[]> {
  const { items } = await call(api.GET('/api/v1/experiments', { params: { query: { limit: 200 } } }));
  return items
    .map(({ id, title }) => ({ id, name: title }))
    .filter(({ name }) => name.toLowerCase().includes(query.trim().toLowerCase()))
    .slice(0, OPTIONS_MAX);
}

/** What can be evidence, and how it is found. */
export const EVIDENCE_KINDS: readonly EvidenceSource[] = [
  { value: 'signal', label: 'Signal', search: findSignals },
  { value: 'experiment', label: 'Experiment', search: findExperiments },
];
