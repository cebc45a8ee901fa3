import { expect, it } from 'vitest';
import { Selection } from './selection.svelte.ts';

const setup = () => new Selection(() => ['a', 'b', 'c', 'd']);

it('moves within the list and stops at its ends', () => {
  const selection = setup();
  selection.move(1);
  expect(selection.cursorId).toBe('a');
  selection.move(-1);
  expect(selection.cursorId).toBe('a');
  selection.move(10);
  expect(selection.cursorId).toBe('d');
});

it('starts from the end when going up first', () => {
  const selection = setup();
  selection.move(-1);
  expect(selection.cursorId).toBe('d');
});

it('ticks a range with shift', () => {
  const selection = setup();
  selection.toggle('b');
  selection.toggle('d', { range: true });
  expect(selection.ids).toEqual(['b', 'c', 'd']);
  selection.toggle('c', { range: true });
  expect(selection.ids).toEqual(['b']);
});

it('acts on the ticked rows, or else on the cursor', () => {
  const selection = setup();
  expect(selection.targets).toEqual([]);
  selection.move(1);
  expect(selection.targets).toEqual(['a']);
  selection.toggle('c');
  expect(selection.targets).toEqual(['c']);
});

it('ticks all and none', () => {
  const selection = setup();
  selection.toggleAll();
  expect(selection.all).toBe(true);
  selection.toggleAll();
  expect(selection.ids).toEqual([]);
});

it('moves the cursor to the next row that stays', () => {
  const selection = setup();
  selection.toggle('b');
  selection.leave(['b', 'c']);
  expect(selection.cursorId).toBe('d');
  selection.leave(['d']);
  expect(selection.cursorId).toBe('c');
});
