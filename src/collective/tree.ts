// The reduction tree over the shards of a step: which sums exist, and in which order they are taken.
// Node (level, index) covers shards index * 2^level to min((index + 1) * 2^level, numShards) - 1.

export interface TreeNode {
  readonly level: number;
  readonly index: number;
}

export const nodeKey = (node: TreeNode): string => `${node.level}/${node.index}`;

/** The node that covers all shards. */
export function rootNode(numShards: number): TreeNode {
  let level = 0;
  for (let width = 1; width < numShards; width *= 2) level += 1; // Math.log2 is not exact everywhere
  return { level, index: 0 };
}

/** First shard and the one after the last that a node covers. */
export function shardRange(node: TreeNode, numShards: number): readonly [first: number, end: number] {
  const width = 2 ** node.level;
  return [Math.min(node.index * width, numShards), Math.min((node.index + 1) * width, numShards)];
}

/** Tells whether a node lies in the tree and covers at least one shard. */
export function isTreeNode(node: TreeNode, numShards: number): boolean {
  if (node.level > rootNode(numShards).level) return false;
  const [first, end] = shardRange(node, numShards);
  return first < end;
}

/** The two children, left first; undefined for a leaf. */
export function childNodes(node: TreeNode): readonly [TreeNode, TreeNode] | undefined {
  if (node.level === 0) return undefined;
  return [
    { level: node.level - 1, index: 2 * node.index },
    { level: node.level - 1, index: 2 * node.index + 1 },
  ];
}

/** The fewest nodes that cover exactly the given shards: each the largest whose shards are all held. */
export function coverShards(held: ReadonlySet<number>, numShards: number): TreeNode[] {
  const cover = (node: TreeNode): TreeNode[] => {
    const [first, end] = shardRange(node, numShards);
    let count = 0;
    for (let shard = first; shard < end; shard += 1) if (held.has(shard)) count += 1;
    if (count === 0) return [];
    const children = childNodes(node);
    if (count === end - first || !children) return [node];
    return children.flatMap(cover);
  };
  return cover(rootNode(numShards));
}

/** The leaves of the given shards, in their order. */
export function leavesOf(shards: Iterable<number>): TreeNode[] {
  return [...shards].sort((a, b) => a - b).map((index) => ({ level: 0, index }));
}

/**
 * Sums the tree below `node`. `leaf` gives the value of a node that is held, or undefined; `combine` adds the right value to
 * the left one. A missing child passes the other through. Undefined: nothing is held below.
 */
export function reduceTree<Value>(
  node: TreeNode,
  numShards: number,
  held: (node: TreeNode) => Value | undefined,
  combine: (left: Value, right: Value) => Value,
): Value | undefined {
  const [first, end] = shardRange(node, numShards);
  if (first >= end) return undefined;
  const value = held(node);
  const children = childNodes(node);
  if (value !== undefined || !children) return value;
  const left = reduceTree(children[0], numShards, held, combine);
  const right = reduceTree(children[1], numShards, held, combine);
  if (left === undefined) return right;
  return right === undefined ? left : combine(left, right);
}
