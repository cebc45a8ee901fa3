import { expect, it } from 'vitest';
import { Paged } from './paged.svelte.ts';

interface Item {
  id: string;
}

const page = (letters: string, next: string | null) => ({
  items: [...letters].map((id): Item => ({ id })),
  next,
  total: 5,
});

function setup() {
  const first = page('ab', 'second');
  return new Paged<Item>(
    () => first,
    (cursor) => Promise.resolve(cursor === 'second' ? page('cd', 'third') : page('e', null)),
  );
}

const ids = (items: Item[] = []) => items.map(({ id }) => id).join('');

it('grows page by page', async () => {
  const list = setup();
  await list.more();
  expect(ids(list.items)).toBe('abcd');
});

it('gives the whole list without showing it', async () => {
  const list = setup();
  expect(ids(await list.further?.all(100))).toBe('abcde');
  expect(ids(await list.further?.all(3))).toBe('abc');
  expect(ids(list.items)).toBe('ab');
});
