export interface Leveled<T> {
  node: T;
  level: number;
}

/** A codebook in reading order: each code directly above those below it. Orphans stand at the top. */
export function inOrder<T extends { id: string; parent_id?: string | null }>(
  nodes: readonly T[],
): Leveled<T>[] {
  const known = new Set(nodes.map(({ id }) => id));
  const below = (parent: string | null) =>
    nodes.filter(({ parent_id }) => (parent_id && known.has(parent_id) ? parent_id : null) === parent);
  const walk = (parent: string | null, level: number): Leveled<T>[] =>
    below(parent).flatMap((node) => [{ node, level }, ...walk(node.id, level + 1)]);
  return walk(null, 0);
}
