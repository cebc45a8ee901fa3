import { call } from '#lib/api/client.ts';
import { messageOf } from '#lib/api/error.ts';
import { api } from '#lib/session.svelte.ts';
import { toast } from '#lib/ui/toast.svelte.ts';
import type { Survey } from '../surveys.ts';

/** Fetches the file through the client, which knows the workspace, and hands it to the browser. */
export async function downloadResponses(survey: Survey, band: string | undefined) {
  try {
    const text = await call(
      api.GET('/api/v1/surveys/{id}/responses.csv', {
        params: { path: { id: survey.id }, query: { band } },
        parseAs: 'text',
      }),
    );
    const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `${survey.name}.csv`;
    link.click();
    URL.revokeObjectURL(url);
  } catch (error) {
    toast.error(messageOf(error));
  }
}
