import { expect, it } from 'vitest';
import { farGroups, groupsOf } from './groups.ts';

const node = (kind: string, id: string, distance: number) => ({
  kind,
  id,
  distance,
  title: id,
  state: '',
  at: '2026-03-02T09:00:00Z',
  archived: false,
  via: { kind: 'theme', id: 't' },
});

it('puts one kind at one distance together, the nearest first, with what is left out', () => {
  const nodes = [node('signal', 'p', 2), node('signal', 'a', 1), node('signal', 'b', 1)];
  const rest = [
    { of: { kind: 'theme', id: 't' }, direction: 'causes', kind: 'signal', n: 5 },
    { of: { kind: 'theme', id: 't' }, direction: 'consequences', kind: 'signal', n: 9 },
  ];
  const groups = groupsOf(nodes, rest, 'causes');
  expect(groups.map(({ kind, nodes, more }) => [kind, nodes.length, more])).toEqual([
    ['signal', 2, 5],
    ['signal', 1, 0],
  ]);
});

it('puts what is far away together by kind', () => {
  const nodes = [
    node('signal', 'a', 1),
    node('signal', 'b', 2),
    node('person', 'p', 2),
    node('signal', 'c', 3),
  ];
  const far = farGroups(groupsOf(nodes, [], 'causes'));
  expect(far.map(({ kind, nodes }) => [kind, nodes.map(({ id }) => id)])).toEqual([
    ['signal', ['b', 'c']],
    ['person', ['p']],
  ]);
});
