import { expect, it } from 'vitest';
import { can, whyNot } from './capability.ts';

it('lets editors change the loop and viewers read it', () => {
  expect(can('editor', 'signal.edit')).toBe(true);
  expect(can('viewer', 'signal.edit')).toBe(false);
  expect(can('viewer', 'critique.create')).toBe(true);
  expect(can(undefined, 'signal.edit')).toBe(false);
});

it('keeps settings for admins and backups for the owner', () => {
  expect(can('editor', 'member.invite')).toBe(false);
  expect(can('admin', 'member.invite')).toBe(true);
  expect(can('admin', 'backup.create')).toBe(false);
  expect(can('owner', 'backup.create')).toBe(true);
});

it('gives a reason a person understands', () => {
  expect(whyNot('viewer', 'signal.edit')).toBe('Only an editor or above can do this. You are a viewer here.');
  expect(whyNot('admin', 'backup.create')).toBe('Only the owner can do this. You are an admin here.');
  expect(whyNot('owner', 'backup.create')).toBeUndefined();
});
