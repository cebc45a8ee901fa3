// What a page with the RudderStack SDK does; `host` and `key` are in its address.
import { RudderAnalytics } from '@rudderstack/analytics-js/bundled';

const query = new URLSearchParams(location.search);
const analytics = new RudderAnalytics();
analytics.load(query.get('key'), query.get('host'), {
  configUrl: query.get('host'),
  useBeacon: !!query.get('batch'),
  integrations: { All: false },
});
analytics.page();
analytics.identify('user-1', { email: 'ada@example.com' });
analytics.track('paid', { amount: 9.5 });
analytics.group('acme', { name: 'Acme' });
