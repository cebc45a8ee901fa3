import createClient, { type Middleware } from 'openapi-fetch';
import { errorFrom, unreachable } from './error.ts';
import type { components, paths } from './schema.d.ts';

export type Schemas = components['schemas'];

/** One page of any list. */
export interface Page<T> {
  items: T[];
  next?: string | null;
  total: number;
}

export interface ClientOptions {
  fetch?: typeof fetch;
  baseUrl?: string;
  workspaceId: () => string | null;
  newKey: () => string;
  /** Called when a request other than the session's own is refused for want of a sign-in. */
  onSignedOut: () => void;
}

const OWN_401 = ['/api/v1/session', '/api/v1/setup', '/api/v1/password-resets', '/api/v1/invitations'];

/** Builds the typed client; the app has one (`api`), tests build their own. */
export function makeClient(options: ClientOptions) {
  const client = createClient<paths>({
    baseUrl: options.baseUrl ?? '/',
    fetch: options.fetch,
  });
  const middleware: Middleware = {
    onRequest({ request }) {
      const workspace = options.workspaceId();
      if (workspace) request.headers.set('Heedful-Workspace', workspace);
      // A question changes nothing: asking it again is no harm, and its answer need not be kept for that.
      const asks = new URL(request.url).pathname.startsWith('/api/v1/analytics/');
      if (request.method === 'POST' && !asks && !request.headers.has('Idempotency-Key')) {
        request.headers.set('Idempotency-Key', options.newKey());
      }
      return request;
    },
    async onResponse({ request, response }) {
      if (response.ok) return;
      const path = new URL(request.url).pathname;
      if (response.status === 401 && !OWN_401.some((own) => path.startsWith(own))) options.onSignedOut();
      const body: unknown = await response.json().catch(() => null);
      throw errorFrom(response.status, body, response.headers.get('Retry-After'));
    },
    onError({ error }) {
      return error instanceof DOMException && error.name === 'AbortError' ? error : unreachable();
    },
  };
  client.use(middleware);
  return client;
}

/** Awaits a request and gives its data; a refused request has thrown an ApiError by then. */
export async function call<T>(request: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data } = await request;
  return data as T;
}

/** The header that keeps a write from overwriting work it has not seen. */
export const ifMatch = (entity: { version: number }) => ({ 'If-Match': `"${entity.version}"` });
