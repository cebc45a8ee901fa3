import { expect, it, vi } from 'vitest';
import { both } from './both.ts';

it('lets both listeners hear an event, and the second win elsewhere', () => {
  const [first, second] = [vi.fn(), vi.fn()];
  const merged = both({ onfocus: first, id: 'a', title: 't' }, { onfocus: second, id: 'b' });
  (merged.onfocus as (event: unknown) => void)('event');
  expect(first).toHaveBeenCalledWith('event');
  expect(second).toHaveBeenCalledWith('event');
  expect([merged.id, merged.title]).toEqual(['b', 't']);
});
