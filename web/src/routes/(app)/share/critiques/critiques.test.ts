import { expect, it, vi } from 'vitest';
import { queryOf, viewOf } from './critiques.ts';

vi.mock('#lib/session.svelte.ts', () => ({ api: {} }));

it('begins with what nobody has looked at', () => {
  expect(viewOf(null)).toBe('pending');
  expect(viewOf('nonsense')).toBe('pending');
  expect(queryOf('pending')).toEqual({ state: 'pending' });
});

it('asks for unanswered ones whatever their state, and for all without a filter', () => {
  expect(queryOf('unanswered')).toEqual({ unanswered: true });
  expect(queryOf('all')).toEqual({});
});
