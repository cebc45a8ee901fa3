import { expect, test } from 'vitest';
import { changes, doneWords, fieldWords, filtersOf, nameOf, objectWords } from './audit.ts';

test('only what differs is shown', () => {
  const before = { version: 1, name: 'A', tags: ['x'], note: null, same: 1 };
  const after = { version: 2, name: 'B', tags: ['x', 'y'], note: '', same: 1 };
  expect(changes(before, after).map(({ field }) => field)).toEqual(['name', 'tags']);
  expect(changes(null, { name: 'A' })).toEqual([{ field: 'name', before: undefined, after: 'A' }]);
  expect(changes({ name: 'A' }, null)).toEqual([{ field: 'name', before: 'A', after: undefined }]);
});

test('values are shown as words where they have some', () => {
  const after = {
    id: '1',
    enabled: true,
    n: 10000,
    tags: ['a', 'b'],
    about: [{ title: 'Slow export' }],
    none: [],
  };
  expect(changes(null, after).map((change) => change.after)).toEqual([
    'yes',
    '10,000',
    'a, b',
    'Slow export',
    'none',
  ]);
});

test('codes become words', () => {
  expect(doneWords('follow_decision')).toBe('Followed a decision');
  expect(doneWords('some_new_act')).toBe('Some new act');
  expect(fieldWords('owner_id')).toBe('Owner');
  expect(objectWords('metric_reading')).toBe('Metric reading');
});

test('an entry is called after its object', () => {
  expect(nameOf({ before: { name: 'Old' }, after: { name: 'New' } })).toBe('New');
  expect(nameOf({ before: { title: 'Gone' }, after: null })).toBe('Gone');
  expect(nameOf({ before: null, after: { ids: [] } })).toBe('');
});

test('filters come from the address', () => {
  expect(filtersOf(new URLSearchParams('action=update&open=1&from='))).toEqual({ action: 'update' });
});
