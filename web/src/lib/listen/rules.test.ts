import { expect, test } from 'vitest';
import { draftsOf, ruleOf, words, type Draft } from './rules.ts';

const draft = (change: Partial<Draft>): Draft => ({
  on: 'account',
  field: 'plan',
  op: 'eq',
  value: 'pro',
  ...change,
});

test('people who were picked are not told one by one', () => {
  expect(words(draft({ on: 'person', field: 'id', op: 'in', value: 'a, b, c' }))).toBe('3 picked people');
});

test('rules survive being edited', () => {
  const drafts = [
    draft({}),
    draft({ op: 'in', value: 'free, pro' }),
    draft({ field: 'revenue_cents', op: 'gt', value: '1200.5' }),
    draft({ on: 'person', field: 'traits.seats', op: 'set', value: '' }),
  ];
  const rule = ruleOf(drafts);
  expect(rule.all[2]).toMatchObject({ value: 120_050 });
  expect(rule.all[1]).toMatchObject({ value: ['free', 'pro'] });
  expect(draftsOf(rule)).toEqual(drafts);
});

test('conditions read as sentences', () => {
  expect(words(draft({}))).toBe('account plan is pro');
  expect(words(draft({ on: 'person', field: 'traits.role', op: 'not_set', value: '' }))).toBe(
    'person role is not known',
  );
});
