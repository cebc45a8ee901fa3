import { call, type Schemas } from '#lib/api/client.ts';
import { formatDate } from '#lib/format/time.ts';
import { api } from '#lib/session.svelte.ts';

export type Digest = Schemas['DigestOut'];
export type Subscription = Schemas['DigestSubscriptionOut'];

/** Half a year of weeks. */
const EARLIER_MAX = 26;

export const LENSES = [
  { value: 'product', label: 'Product' },
  { value: 'design', label: 'Design' },
  { value: 'engineering', label: 'Engineering' },
  { value: 'marketing', label: 'Marketing' },
  { value: 'sales', label: 'Sales' },
  { value: 'leadership', label: 'Leadership' },
];

export const WEEKS = [
  { value: 'last', label: 'Last week' },
  { value: 'running', label: 'This week so far' },
] as const;

export type Week = (typeof WEEKS)[number]['value'];

export const weekOf = (text: string | null): Week => (text === 'running' ? text : 'last');

/** A lens out of the address, or none: then one's own is used. */
export const lensOf = (text: string | null) => LENSES.find(({ value }) => value === text)?.value;

export const lensName = (lens: string) => LENSES.find(({ value }) => value === lens)?.label ?? lens;

/** The Monday that names a week is a day of the calendar and not a moment: no time zone may move it. */
export const weekName = ({ week }: { week: string }) => `Week of ${formatDate(`${week}T12:00:00Z`, 'UTC')}`;

export const previewDigest = (lens: string | undefined, week: Week) =>
  call(api.GET('/api/v1/digests/preview', { params: { query: { lens, week } } }));

export const listDigests = (lens: string) =>
  call(api.GET('/api/v1/digests', { params: { query: { lens, limit: EARLIER_MAX } } }));

export const getDigest = (id: string) => call(api.GET('/api/v1/digests/{id}', { params: { path: { id } } }));

export const getSubscription = () => call(api.GET('/api/v1/digest-subscription'));

export const updateSubscription = (body: Schemas['DigestSubscriptionPatch']) =>
  call(api.PATCH('/api/v1/digest-subscription', { body }));

export const renewFeed = () => call(api.POST('/api/v1/digest-subscription/feed'));

export const endFeed = () => call(api.DELETE('/api/v1/digest-subscription/feed'));
