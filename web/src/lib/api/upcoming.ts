import type { components } from './schema.d.ts';

/**
 * Endpoints of the agreed contract that openapi.json does not describe yet. It wins over this file by itself as
 * soon as it has a path, so an entry here is only ever deleted.
 */
export interface Upcoming {
  '/api/v1/password-resets': { post: Operation<NoParameters, { email: string }, undefined> };
  '/api/v1/password-resets/{token}': { post: Operation<Token, { password: string }, undefined> };
  '/api/v1/invitations/{token}': {
    get: Operation<
      Token,
      undefined,
      { workspace: string; email: string; role: components['schemas']['Role'] }
    >;
  };
  '/api/v1/invitations/{token}/accept': {
    post: Operation<Token, { name: string; password: string }, undefined>;
  };
  '/api/v1/members': {
    get: Operation<
      { query?: { limit?: number; cursor?: string; q?: string } },
      undefined,
      { items: { id: string; name: string; email: string; role: components['schemas']['Role'] }[] }
    >;
  };
  '/api/v1/people/{id}': { get: Operation<Id, undefined, { id: string; name: string }> };
  '/api/v1/accounts/{id}': { get: Operation<Id, undefined, { id: string; name: string }> };
  '/api/v1/search': {
    get: Operation<
      { query: { q: string; limit?: number } },
      undefined,
      { items: { kind: string; id: string; title: string }[] }
    >;
  };
}

interface NoParameters {
  query?: never;
}

interface Token {
  path: { token: string };
}

interface Id {
  path: { id: string };
}

type Operation<Parameters, Body, Answer> = {
  parameters: Parameters;
  responses: { 200: { content: { 'application/json': Answer } } };
} & (Body extends undefined
  ? { requestBody?: never }
  : { requestBody: { content: { 'application/json': Body } } });
