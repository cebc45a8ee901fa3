import { expect, it, vi } from 'vitest';
import { call, ifMatch, makeClient } from './client.ts';
import { ApiError } from './error.ts';

function setup(answer: () => Response | Promise<Response>) {
  const seen: Request[] = [];
  const onSignedOut = vi.fn();
  const client = makeClient({
    baseUrl: 'http://heedful.test',
    fetch: async (request) => {
      seen.push(request as Request);
      return answer();
    },
    workspaceId: () => 'w1',
    newKey: () => 'key-1',
    onSignedOut,
  });
  return { client, seen, onSignedOut };
}

const json = (status: number, body: unknown) => Response.json(body, { status });

it('names the workspace, and gives a POST its idempotency key', async () => {
  const { client, seen } = setup(() => json(200, { needed: false }));
  await call(client.GET('/api/v1/setup'));
  await call(client.POST('/api/v1/session', { body: { email: 'a@b.c', password: 'x' } }));
  expect(seen[0]?.headers.get('Heedful-Workspace')).toBe('w1');
  expect(seen[0]?.headers.has('Idempotency-Key')).toBe(false);
  expect(seen[1]?.headers.get('Idempotency-Key')).toBe('key-1');
});

it('throws an ApiError and reports a lost sign-in', async () => {
  const { client, onSignedOut } = setup(() => json(401, { error: { code: 'unauthorized', message: 'no' } }));
  await expect(call(client.GET('/api/v1/signals'))).rejects.toBeInstanceOf(ApiError);
  expect(onSignedOut).toHaveBeenCalledOnce();
});

it('leaves a 401 of the session itself to the sign-in page', async () => {
  const { client, onSignedOut } = setup(() => json(401, {}));
  await expect(call(client.GET('/api/v1/session'))).rejects.toMatchObject({ status: 401 });
  expect(onSignedOut).not.toHaveBeenCalled();
});

it('says plainly that the server cannot be reached', async () => {
  const { client } = setup(() => Promise.reject(new TypeError('failed to fetch')));
  await expect(call(client.GET('/api/v1/setup'))).rejects.toMatchObject({ code: 'unreachable' });
});

it('quotes the version', () => {
  expect(ifMatch({ version: 7 })).toEqual({ 'If-Match': '"7"' });
});
