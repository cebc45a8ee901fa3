import { expect, it } from 'vitest';
import { complaint, fieldWords, summaryOf } from './complaint.ts';

it('turns field names into words', () => {
  expect(['source_id', 'next_step.note', 'email'].map(fieldWords)).toEqual([
    'Source',
    'Next step note',
    'Email',
  ]);
});

it('makes a sentence of a complaint', () => {
  expect(complaint('must not be empty')).toBe('Must not be empty.');
  expect(complaint('Say why.')).toBe('Say why.');
});

it('says what was refused, or else what happened', () => {
  const fields = { email: ['is taken'], source_id: ['is gone'] };
  expect(summaryOf(fields, '')).toBe('Email: is taken. Source: is gone.');
  expect(summaryOf({}, 'Too many requests.')).toBe('Too many requests.');
});
