import { expect, test } from 'vitest';
import { rolesUpTo } from './roles.ts';

test('nobody gives a role above their own', () => {
  expect(rolesUpTo('admin').map(({ value }) => value)).toEqual(['viewer', 'editor', 'admin']);
  expect(rolesUpTo(undefined)).toEqual([]);
});
