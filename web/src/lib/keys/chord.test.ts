import { describe, expect, it } from 'vitest';
import { chordOf, keycaps, matchKeys, type KeyLike } from './chord.ts';

const press = (key: string, held: Partial<KeyLike> = {}): KeyLike => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

it.each([
  [press('j'), 'j'],
  [press('J', { shiftKey: true }), 'Shift+j'],
  [press('?', { shiftKey: true }), '?'],
  [press('k', { metaKey: true }), 'Mod+k'],
  [press('k', { ctrlKey: true }), 'Mod+k'],
  [press('Enter', { ctrlKey: true }), 'Mod+Enter'],
  [press(' '), 'Space'],
])('%j is %s', (event, expected) => {
  expect(chordOf(event)).toBe(expected);
});

describe('matchKeys', () => {
  const list = [{ keys: ['g i'] }, { keys: ['i'] }, { keys: ['j', 'ArrowDown'] }];

  it('waits for the second key of a sequence', () => {
    const first = matchKeys(list, 'g', null, 0);
    expect(first).toEqual({ pending: { chord: 'g', at: 0 } });
    expect(matchKeys(list, 'i', first.pending, 500).shortcut).toBe(list[0]);
  });

  it('forgets the first key after a while', () => {
    expect(matchKeys(list, 'i', { chord: 'g', at: 0 }, 5000).shortcut).toBe(list[1]);
  });

  it('lets the page that registered last win', () => {
    const own = { keys: ['j'] };
    expect(matchKeys([...list, own], 'j', null, 0).shortcut).toBe(own);
  });

  it('finds nothing for other keys', () => {
    expect(matchKeys(list, 'z', null, 0)).toEqual({ pending: null });
  });
});

it('draws keycaps for the machine at hand', () => {
  expect(keycaps('Mod+k', true)).toEqual(['⌘', 'K']);
  expect(keycaps('g i', false)).toEqual(['G', 'I']);
  expect(keycaps('Mod+Enter', false)).toEqual(['Ctrl', '↵']);
});
