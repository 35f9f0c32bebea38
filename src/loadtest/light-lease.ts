// One lease answered without computing: made-up gradients, with the reports and tree nodes of a real worker.
import { coverShards, reduceTree, type TreeNode } from '../collective/tree.js';
import { addInto, firstNonFinite, squaredNorm } from '../tensor/flat-vector.js';
import type { Layout } from '../tensor/layout.js';
import type { ComputedShard } from '../worker/compute-messages.js';
import type { GradientSource } from './gradient-source.js';

export interface LightShard {
  readonly shard: number;
  /** Valid targets. */
  readonly count: number;
  /** The gradient gets a NaN. */
  readonly isPoisoned: boolean;
}

export interface LightAnswer {
  readonly reports: readonly ComputedShard[];
  readonly nodes: readonly { readonly node: TreeNode; readonly vector: Float32Array }[];
}

/** Answers a training lease: one gradient a shard, its health, and the sums over whole tree nodes of the finite ones. */
export function answerTraining(
  source: GradientSource,
  layout: Layout,
  numShards: number,
  step: number,
  shards: readonly LightShard[],
): LightAnswer {
  const leaves = new Map<number, Float32Array>();
  const reports = shards.map(({ shard, count, isPoisoned }): ComputedShard => {
    const vector = new Float32Array(layout.size);
    source.write(vector, step, shard, count);
    if (isPoisoned) vector[(step * 7919 + shard) % layout.size] = NaN;
    const norm = squaredNorm(vector);
    const nonFinite = Number.isFinite(norm) ? '' : (firstNonFinite(vector, layout) ?? 'loss');
    if (nonFinite === '') leaves.set(shard, vector);
    return { shard, loss: 0.5 * count, count, correct: 0, squaredNorm: norm, nonFinite };
  });
  const nodes = coverShards(new Set(leaves.keys()), numShards).map((node) => {
    const held = (inner: TreeNode): Float32Array | undefined =>
      inner.level === 0 ? leaves.get(inner.index) : undefined;
    const vector = reduceTree(node, numShards, held, (left, right) => {
      addInto(left, right);
      return left;
    });
    return { node, vector: vector as Float32Array };
  });
  return { reports, nodes };
}
