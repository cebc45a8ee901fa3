import type { Schemas } from '../api/client.ts';

type Node = Schemas['ChainNode'];
type Rest = Schemas['ChainRest'];

export interface Group {
  kind: string;
  /** Links between these and the object the panel is about. */
  distance: number;
  nodes: Node[];
  /** How many of this kind are linked beyond those shown. */
  more: number;
}

/** Objects of one kind at one distance stand together, the nearest first. */
export function groupsOf(nodes: Node[], rest: Rest[], direction: 'causes' | 'consequences'): Group[] {
  const groups = new Map<string, Group>();
  for (const node of nodes) {
    const key = `${node.distance} ${node.kind}`;
    const group = groups.get(key) ?? { kind: node.kind, distance: node.distance, nodes: [], more: 0 };
    group.nodes.push(node);
    groups.set(key, group);
  }
  const list = [...groups.values()].sort((a, b) => a.distance - b.distance);
  const distances = new Map(nodes.map(({ kind, id, distance }) => [`${kind} ${id}`, distance]));
  for (const one of rest.filter((candidate) => candidate.direction === direction)) {
    // What is not among the nodes is the object itself, at no distance.
    const distance = (distances.get(`${one.of.kind} ${one.of.id}`) ?? 0) + 1;
    const group = list.find((candidate) => candidate.kind === one.kind && candidate.distance === distance);
    if (group) group.more += one.n;
  }
  return list;
}

/** What is more than one link away: one group for each kind, however far each of them is. */
export function farGroups(groups: Group[]): Group[] {
  const far = new Map<string, Group>();
  for (const group of groups.filter(({ distance }) => distance > 1)) {
    const known = far.get(group.kind);
    if (!known) far.set(group.kind, { ...group });
    else {
      known.nodes = [...known.nodes, ...group.nodes];
      known.more += group.more;
    }
  }
  return [...far.values()];
}
