// What a page with the PostHog SDK does; `host` and `key` are in its address.
const query = new URLSearchParams(location.search);
posthog.init(query.get('key'), {
  api_host: query.get('host'),
  autocapture: true,
  capture_pageview: true,
  person_profiles: 'identified_only',
  // A browser that is driven by a program counts as a robot otherwise.
  opt_out_useragent_filter: true,
  disable_session_recording: true,
  loaded: (client) => {
    client.capture('signed up', { plan: 'team' });
    client.identify('user-1', { email: 'ada@example.com' });
    client.capture('paid', { amount: 9.5 });
  },
});
