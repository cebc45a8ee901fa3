import { expect, test } from 'vitest';
import { changes, filtersOf } from './audit.ts';

test('only what differs is shown', () => {
  const before = { version: 1, name: 'A', tags: ['x'], note: null, same: 1 };
  const after = { version: 2, name: 'B', tags: ['x', 'y'], note: '', same: 1 };
  expect(changes(before, after).map(({ field }) => field)).toEqual(['name', 'tags']);
  expect(changes(null, { name: 'A' })).toEqual([{ field: 'name', before: undefined, after: 'A' }]);
  expect(changes({ name: 'A' }, null)).toEqual([{ field: 'name', before: 'A', after: undefined }]);
});

test('filters come from the address', () => {
  expect(filtersOf(new URLSearchParams('action=update&open=1&from='))).toEqual({ action: 'update' });
});
