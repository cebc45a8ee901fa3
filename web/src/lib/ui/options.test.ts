import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Options, placeList, type Option } from './options.svelte.ts';

const all: Option[] = ['Ada', 'Grace', 'Alan'].map((name) => ({ id: name, name }));
const find = async (query: string) =>
  all.filter(({ name }) => name.toLowerCase().includes(query.toLowerCase()));

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('asks once typing has paused, and starts at the first answer', async () => {
  const search = vi.fn(find);
  const options = new Options(search);
  options.ask();
  await vi.runAllTimersAsync();
  options.move(1);
  expect(options.active?.name).toBe('Grace');
  options.type('a');
  options.type('al');
  await vi.runAllTimersAsync();
  expect(search).toHaveBeenCalledTimes(2);
  expect(options.active?.name).toBe('Alan');
});

it('goes round at both ends', async () => {
  const options = new Options(find);
  options.ask();
  await vi.runAllTimersAsync();
  options.move(-1);
  expect(options.active?.name).toBe('Alan');
  options.move(1);
  expect(options.active?.name).toBe('Ada');
});

it('lets the newest question win', async () => {
  const answers: ((found: Option[]) => void)[] = [];
  const options = new Options(() => new Promise((resolve) => answers.push(resolve)));
  options.ask();
  await vi.runAllTimersAsync();
  options.type('g');
  await vi.runAllTimersAsync();
  answers[1]?.([{ id: 'new', name: 'New' }]);
  answers[0]?.([{ id: 'old', name: 'Old' }]);
  await vi.runAllTimersAsync();
  expect(options.list.map(({ id }) => id)).toEqual(['new']);
});

it('offers to make what nobody has', async () => {
  const options = new Options(find, (text) => ({ id: text, name: text }));
  options.type('Ada');
  await vi.runAllTimersAsync();
  expect(options.created).toBeNull();
  options.type('Mary');
  await vi.runAllTimersAsync();
  expect(options.list).toEqual([{ id: 'Mary', name: 'Mary' }]);
});

it('says what went wrong', async () => {
  const options = new Options(() => Promise.reject(new Error('offline')));
  options.ask();
  await vi.runAllTimersAsync();
  expect([options.error, options.busy]).toEqual(['offline', false]);
});

it('stands below its field, or above where there is more room', () => {
  const field = (top: number) => ({ left: 10, top, bottom: top + 30, width: 200 });
  expect(placeList(field(100), 800)).toMatchObject({ top: 134, bottom: null, maxHeight: 280 });
  expect(placeList(field(720), 800)).toMatchObject({ top: null, bottom: 84, maxHeight: 280 });
});
