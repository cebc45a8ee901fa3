import { expect, it } from 'vitest';
import { hueOf, initials, marked, pieces } from './text.ts';

it.each([
  ['Ada Lovelace', 'AL'],
  ['ada', 'A'],
  ['grace.hopper@example.org', 'GH'],
  ['  ', '?'],
  ['Émile de la Tour', 'ÉT'],
])('initials of %j are %s', (name, expected) => {
  expect(initials(name)).toBe(expected);
});

it('gives a name one hue', () => {
  expect(hueOf('Ada')).toBe(hueOf('Ada'));
  expect(hueOf('Ada')).toBeLessThan(360);
});

it('finds links and leaves markup as text', () => {
  expect(pieces('see https://a.example/x. <b>no</b>')).toEqual([
    { text: 'see ' },
    { text: 'https://a.example/x', href: 'https://a.example/x' },
    { text: '. <b>no</b>' },
  ]);
  expect(pieces('javascript:alert(1)')).toEqual([{ text: 'javascript:alert(1)' }]);
});

it('marks what was searched for', () => {
  expect(marked('Slow export', 'EXPORT')).toEqual([
    { text: 'Slow ', hit: false },
    { text: 'export', hit: true },
  ]);
  expect(marked('a+b', 'a+')).toEqual([
    { text: 'a+', hit: true },
    { text: 'b', hit: false },
  ]);
  expect(marked('same', '')).toEqual([{ text: 'same', hit: false }]);
});
