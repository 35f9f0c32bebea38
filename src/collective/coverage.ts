// Which tree nodes of a step are in. Nodes are nested or apart, so an answer that overlaps another contains it or is contained.
import { isTreeNode, nodeKey, shardRange, type TreeNode } from './tree.js';

export interface Admission {
  /** False: all of the node's shards are in already, or it lies outside the tree. */
  readonly admitted: boolean;
  /** Nodes that the admitted one contains and makes needless. */
  readonly replaced: readonly TreeNode[];
}

export class Coverage {
  readonly #numShards: number;
  readonly #nodes = new Map<string, TreeNode>();
  readonly #covered = new Set<number>();
  readonly #absent: ReadonlySet<number>;

  /** `absent` shards have no rows: nothing is expected from them. */
  constructor(numShards: number, absent: ReadonlySet<number> = new Set()) {
    this.#numShards = numShards;
    this.#absent = absent;
    for (const shard of absent) this.#covered.add(shard);
  }

  admit(node: TreeNode): Admission {
    const refused = { admitted: false, replaced: [] };
    if (!isTreeNode(node, this.#numShards)) return refused;
    const [first, end] = shardRange(node, this.#numShards);
    const shards = Array.from({ length: end - first }, (_, i) => first + i);
    if (shards.every((shard) => this.#covered.has(shard))) return refused;
    const replaced = [...this.#nodes.values()].filter((held) => {
      const [heldFirst, heldEnd] = shardRange(held, this.#numShards);
      return heldFirst >= first && heldEnd <= end;
    });
    for (const held of replaced) this.#nodes.delete(nodeKey(held));
    this.#nodes.set(nodeKey(node), node);
    for (const shard of shards) this.#covered.add(shard);
    return { admitted: true, replaced };
  }

  /** Leaves a shard out of the sum for good (its gradient is not finite and the user said so). */
  exclude(shard: number): void {
    this.#covered.add(shard);
  }

  isCovered(shard: number): boolean {
    return this.#covered.has(shard);
  }

  /** Shards that were expected and are in or excluded. */
  get isComplete(): boolean {
    return this.#covered.size >= this.#numShards;
  }

  get missing(): number[] {
    return Array.from({ length: this.#numShards }, (_, shard) => shard).filter((shard) => !this.#covered.has(shard));
  }

  get nodes(): readonly TreeNode[] {
    return [...this.#nodes.values()];
  }

  get absent(): ReadonlySet<number> {
    return this.#absent;
  }
}
