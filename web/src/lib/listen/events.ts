import { call, type Schemas } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import type { Option } from '#lib/ui/options.svelte.ts';

export type EventName = Schemas['EventName'];
export type RejectedEvents = Schemas['RejectedEvents'];

export const PAGE_SIZE = 50;
export const TABS = [
  { value: 'live', label: 'Live' },
  { value: 'names', label: 'Events' },
  { value: 'rejected', label: 'Rejected' },
] as const;
export type Tab = (typeof TABS)[number]['value'];

export interface EventFilters {
  event?: string;
  distinct_id?: string;
  import_id?: string;
}

export function filtersOf(params: URLSearchParams): EventFilters {
  return {
    event: params.get('event') ?? undefined,
    distinct_id: params.get('who') ?? undefined,
    import_id: params.get('import') ?? undefined,
  };
}

export function tabOf(params: URLSearchParams): Tab {
  return TABS.find(({ value }) => value === params.get('tab'))?.value ?? 'live';
}

/** The server calls an event's own id `id`; a table tells its rows by one that is unique in it. */
export async function listEvents(filters: EventFilters, cursor?: string) {
  const query = { ...filters, limit: PAGE_SIZE, cursor };
  const page = await call(api.GET('/api/v1/events', { params: { query } }));
  return {
    ...page,
    items: page.items.map((event) => ({ ...event, id: `${event.distinct_id} ${event.id}` })),
  };
}

export function getIngestion() {
  return call(api.GET('/api/v1/events/ingestion'));
}

export function listNames() {
  return call(api.GET('/api/v1/events/names'));
}

export function listRejected(cursor?: string) {
  return call(api.GET('/api/v1/events/rejected', { params: { query: { limit: PAGE_SIZE, cursor } } }));
}

export function listProperties(event?: string) {
  return call(api.GET('/api/v1/events/properties', { params: { query: { event } } }));
}

export function documentEvent(event: string, description: string) {
  return call(
    api.PUT('/api/v1/events/names/{event}', { params: { path: { event } }, body: { description } }),
  );
}

/** How long a list of names is good enough for whoever types: it is read from all events. */
const FRESH_MS = 30_000;

/** The same answer for a while, however often it is asked for. */
function remembered<T>(ask: (of: string) => Promise<T>): (of?: string) => Promise<T> {
  const known = new Map<string, { at: number; answer: Promise<T> }>();
  return (of = '') => {
    const found = known.get(of);
    if (found && performance.now() - found.at < FRESH_MS) return found.answer;
    const answer = ask(of);
    known.set(of, { at: performance.now(), answer });
    // What failed is asked again.
    answer.catch(() => known.delete(of));
    return answer;
  };
}

const namesToOffer = remembered(listNames);
const propertiesToOffer = remembered((event) => listProperties(event || undefined));

/** Names that contain what was typed; what was never sent can be named too. */
export async function findEvents(typed: string): Promise<Option[]> {
  const { items } = await namesToOffer();
  const wanted = typed.trim().toLowerCase();
  const found = items.filter(({ event }) => event.toLowerCase().includes(wanted)).slice(0, 30);
  return found.map(({ event, count }) => ({ id: event, name: event, hint: count.toLocaleString('en') }));
}

/** Properties of these events, or of all, that contain what was typed. */
export async function findProperties(typed: string, event?: string | null): Promise<Option[]> {
  const { items } = await propertiesToOffer(event ?? undefined);
  const wanted = typed.trim().toLowerCase();
  const found = items.filter(({ property }) => property.toLowerCase().includes(wanted)).slice(0, 30);
  return found.map(({ property, is_number }) => ({
    id: property,
    name: property,
    hint: is_number ? 'number' : undefined,
  }));
}

/** The properties at a glance: those that say something, without the SDK's own. */
export function glance(properties: Record<string, unknown>): string {
  const own = Object.entries(properties).filter(([name]) => !name.startsWith('$'));
  return own.map(([name, value]) => `${name}: ${words(value)}`).join(' · ');
}

export function words(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
