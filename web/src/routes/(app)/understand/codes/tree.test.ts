import { expect, test } from 'vitest';
import { inOrder } from './tree.ts';

test('codes stand below their parents, and orphans at the top', () => {
  const nodes = [
    { id: 'b', parent_id: 'a' },
    { id: 'a', parent_id: null },
    { id: 'c', parent_id: 'b' },
    { id: 'd', parent_id: 'gone' },
  ];
  expect(inOrder(nodes).map(({ node, level }) => `${node.id}${level}`)).toEqual(['a0', 'b1', 'c2', 'd0']);
});
