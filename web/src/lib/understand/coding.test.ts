import { expect, test } from 'vitest';
import { movedSpans, spanOf, stretches } from './coding.ts';

const text = '😤 Export to Zürich fails';
const span = (id: string, start_char: number, end_char: number, quote: string) => ({
  id,
  start_char,
  end_char,
  quote,
});

test('overlapping highlights cut the text where either begins or ends, counted in code points', () => {
  const found = stretches(text, [span('a', 2, 11, 'Export to'), span('b', 9, 18, 'to Zürich')]);
  expect(found.map(({ text, ids }) => [text, ids.join('+')])).toEqual([
    ['😤 ', ''],
    ['Export ', 'a'],
    ['to', 'a+b'],
    [' Zürich', 'b'],
    [' fails', ''],
  ]);
});

test('a highlight whose words have changed is not drawn but told', () => {
  const old = span('a', 2, 8, 'Import');
  expect(stretches(text, [old])).toEqual([{ text, ids: [] }]);
  expect(movedSpans(text, [old])).toEqual([old]);
});

test('a selection loses the spaces at its ends, in whichever direction it was made', () => {
  expect(spanOf(text, 9, 1)).toEqual({ start_char: 2, end_char: 8, quote: 'Export' });
  expect(spanOf(text, 1, 2)).toBeNull();
});

test('an empty text has no stretches', () => {
  expect(stretches('', [])).toEqual([]);
});
