import { expect, it } from 'vitest';
import { place } from './tooltip.svelte.ts';

const view = { width: 400, height: 300 };
const box = { width: 100, height: 20 };
const at = (left: number, top: number) => ({ left, top, bottom: top + 20, width: 20 });

it('stands above its anchor, centred', () => {
  expect(place(at(200, 100), box, view)).toEqual({ left: 160, top: 74 });
});

it('goes below where there is no room above', () => {
  expect(place(at(200, 10), box, view)).toEqual({ left: 160, top: 36 });
});

it('stays inside the window', () => {
  expect(place(at(0, 100), box, view).left).toBe(8);
  expect(place(at(390, 100), box, view).left).toBe(292);
});
