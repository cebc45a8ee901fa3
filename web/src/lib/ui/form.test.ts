import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/error.ts';
import { differences, Form, merge } from './form.svelte.ts';

const base = { name: 'A', plan: 'x', note: '' };

describe('two people edit one thing', () => {
  it('disagrees only where both changed', () => {
    const yours = { ...base, name: 'B', note: 'mine' };
    const theirs = { ...base, name: 'C', plan: 'y' };
    expect(differences(base, yours, theirs)).toEqual([
      { field: 'name', yours: 'B', theirs: 'C' },
      { field: 'note', yours: 'mine', theirs: '' },
    ]);
  });

  it('merges what does not clash', () => {
    const yours = { ...base, name: 'B' };
    const theirs = { ...base, plan: 'y', name: 'C' };
    expect(merge(base, yours, theirs, new Set(['name']))).toEqual({ name: 'B', plan: 'y', note: '' });
    expect(merge(base, yours, theirs, new Set())).toEqual({ name: 'C', plan: 'y', note: '' });
  });
});

it('keeps what was typed when the server refuses it, and says where', async () => {
  const form = new Form({ ...base, name: '' }, () =>
    Promise.reject(new ApiError(422, 'invalid', 'Look again', { name: ['is empty'] })),
  );
  form.values.name = 'typed';
  expect(await form.submit()).toBe(false);
  expect(form.errors).toEqual({ name: ['is empty'] });
  expect(form.values.name).toBe('typed');
  expect(form.changed).toBe(true);
});

it('shows both versions, and saves over the newer one after a choice', async () => {
  const saved: unknown[] = [];
  const form = new Form(
    { ...base },
    async (values, version) => {
      if (version === 1) {
        throw new ApiError(409, 'conflict', 'newer', {}, { ...base, name: 'C', version: 2 });
      }
      saved.push([values, version]);
    },
    { version: 1 },
  );
  form.values.name = 'B';
  expect(await form.submit()).toBe(false);
  expect(form.differences).toEqual([{ field: 'name', yours: 'B', theirs: 'C' }]);
  form.resolve(new Set(['name']));
  expect(await form.submit()).toBe(true);
  expect(saved).toEqual([[{ ...base, name: 'B' }, 2]]);
});
