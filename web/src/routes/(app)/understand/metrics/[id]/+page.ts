import { call } from '#lib/api/client.ts';
import { api } from '#lib/session.svelte.ts';
import { listDefinitions } from '#lib/understand/metrics.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, url, parent, depends }) => {
  await parent();
  depends('heedful:metric');
  const interval = url.searchParams.get('interval') === 'month' ? ('month' as const) : ('week' as const);
  const path = { id: params.id };
  const series = await call(
    api.GET('/api/v1/metrics/{id}/series', { params: { path, query: { interval } } }),
  );
  const readings =
    series.metric.kind === 'manual'
      ? await call(api.GET('/api/v1/metrics/{id}/readings', { params: { path, query: { limit: 100 } } }))
      : null;
  const definitions = series.metric.kind === 'question' ? await listDefinitions(params.id) : null;
  return { interval, series, readings, definitions };
};
