// What a page with the Segment SDK does; `host` and `key` are in its address.
import { AnalyticsBrowser } from '@segment/analytics-next';

const query = new URLSearchParams(location.search);
const strategy = query.get('batch')
  ? { strategy: 'batching', config: { size: 10, timeout: 500 } }
  : undefined;
const segment = {
  apiKey: query.get('key'),
  apiHost: `${new URL(query.get('host')).host}/v1`,
  protocol: 'http',
  deliveryStrategy: strategy,
};
const cdnSettings = { integrations: { 'Segment.io': segment } };
const analytics = AnalyticsBrowser.load({ writeKey: query.get('key'), cdnSettings }, cdnSettings);
// What waits for the SDK to be ready is sent in the name of whoever is known by then.
void analytics.page().then(() => {
  analytics.identify('user-1', { email: 'ada@example.com' });
  analytics.track('paid', { amount: 9.5 });
  analytics.group('acme', { name: 'Acme' });
});
