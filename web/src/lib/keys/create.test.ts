import { expect, it } from 'vitest';
import { createItems } from './create.ts';

it('offers editors what they may begin, once', () => {
  const offered = [{ id: 'new-signal', title: 'Add a signal', group: 'Actions', run: () => undefined }];
  const titles = createItems('editor', offered, () => undefined).map(({ title }) => title);
  expect(titles).toContain('New hypothesis');
  expect(titles).not.toContain('New signal');
  expect(createItems('viewer', [], () => undefined)).toEqual([]);
});
