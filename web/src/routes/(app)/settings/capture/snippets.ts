/** How to send events, with the address and key filled in. */
export interface Way {
  value: string;
  label: string;
  /** What a team that has this already needs to change. */
  hint: string;
  code: string;
}

export function waysToSend(host: string, key: string): Way[] {
  return [
    {
      value: 'page',
      label: 'A page',
      hint: 'In your pages, before anything else. It tells page views; `heedful.capture` tells the rest. Three kilobytes, no cookies.',
      code: `<script src="${host}/heedful.js" data-key="${key}" defer></script>

<script>
  // when something is done
  heedful.capture('signed_up', { plan: 'team' });
  // at sign-in, with the id that your system has
  heedful.identify('user-1', { email: 'ada@example.com' });
</script>`,
    },
    {
      value: 'curl',
      label: 'HTTP',
      hint: 'From any language. A list sends many at once; newline-delimited JSON streams as many as you like.',
      code: `curl ${host}/api/v1/events \\
  -H 'Authorization: Bearer ${key}' \\
  -H 'Content-Type: application/json' \\
  -d '{"event": "signed_up", "distinct_id": "user-1", "properties": {"plan": "team"}}'`,
    },
    {
      value: 'posthog',
      label: 'PostHog SDKs',
      hint: 'Keep the SDK and your calls, in pages, servers and apps: only the address and the key are others.',
      code: `posthog.init('${key}', { api_host: '${host}' });`,
    },
    {
      value: 'segment',
      label: 'Segment SDKs',
      hint: 'For Node, Python and pages. Identify, track, page, screen, group and alias are understood.',
      code: `const analytics = new Analytics({ writeKey: '${key}', host: '${host}' });`,
    },
    {
      value: 'rudderstack',
      label: 'RudderStack SDKs',
      hint: 'Heedful is the data plane, and answers what the SDK asks before it begins.',
      code: `rudderanalytics.load('${key}', '${host}', { configUrl: '${host}' });`,
    },
    {
      value: 'growthbook',
      label: 'GrowthBook tracking',
      hint: 'Exposures and events of the tracking plugin.',
      code: `growthbookTrackingPlugin({ ingestorHost: '${host}' }); // with clientKey: '${key}'`,
    },
  ];
}
