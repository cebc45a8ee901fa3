import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { toast } from './toast.svelte.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

it('goes away by itself, errors later', () => {
  toast.success('Saved');
  toast.error('Failed');
  vi.advanceTimersByTime(9000);
  expect(toast.list.map((one) => one.message)).toEqual(['Failed']);
  vi.advanceTimersByTime(6000);
  expect(toast.list).toEqual([]);
});

it('undoes the newest act that can be undone, once', async () => {
  const undo = vi.fn();
  toast.success('Archived', { undo });
  toast.info('Something else');
  expect(await toast.undoLast()).toBe(true);
  expect(await toast.undoLast()).toBe(false);
  expect(undo).toHaveBeenCalledOnce();
});

it('stays while it is looked at', () => {
  toast.info('Read me');
  toast.hold();
  vi.advanceTimersByTime(60_000);
  expect(toast.list).toHaveLength(1);
  toast.release();
  vi.advanceTimersByTime(9000);
  expect(toast.list).toHaveLength(0);
});

it('keeps only the newest few', () => {
  for (let n = 0; n < 9; n++) toast.info(String(n));
  expect(toast.list.map((one) => one.message)).toEqual(['5', '6', '7', '8']);
});
