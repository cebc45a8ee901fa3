import { describe, expect, it } from 'vitest';
import { ApiError, errorFrom, messageOf } from './error.ts';

describe('errorFrom', () => {
  it('reads the one error shape', () => {
    const error = errorFrom(422, {
      error: { code: 'invalid', message: 'Look again', fields: { email: ['is taken'] } },
    });
    expect([error.status, error.code, error.message]).toEqual([422, 'invalid', 'Look again']);
    expect(error.fields).toEqual({ email: ['is taken'] });
    expect(error.isConflict).toBe(false);
  });

  it('keeps the newer version of a conflict', () => {
    const error = errorFrom(409, { error: { code: 'conflict', message: 'x', current: { version: 3 } } });
    expect(error.isConflict).toBe(true);
    expect(error.current).toEqual({ version: 3 });
  });

  it('has words for a body that is not ours', () => {
    expect(errorFrom(503, '<html>').message).toMatch(/cannot reach/);
    expect(errorFrom(418, undefined).message).toMatch(/418/);
  });

  it('reads Retry-After in seconds and ignores dates', () => {
    expect(errorFrom(429, {}, '12').retryAfterSeconds).toBe(12);
    expect(errorFrom(429, {}, 'Wed, 21 Oct 2026 07:28:00 GMT').retryAfterSeconds).toBeUndefined();
  });

  it('turns a lone message into a list', () => {
    expect(errorFrom(422, { error: { fields: { name: 'too long' } } }).fields).toEqual({
      name: ['too long'],
    });
  });
});

it('messageOf never shows a bare object', () => {
  expect(messageOf(new ApiError(400, 'a', 'b'))).toBe('b');
  expect(messageOf({})).toBe('Something went wrong.');
});
