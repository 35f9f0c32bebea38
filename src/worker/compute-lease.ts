// One lease computed: gradients shard by shard, health of each, sums over the largest tree nodes that are whole.
import { coverShards, reduceTree } from '../collective/tree.js';
import type { Network } from '../model/network.js';
import { firstNonFinite } from '../tensor/flat-vector.js';
import type { Layout } from '../tensor/layout.js';
import { addIn, squaredNormIn } from '../tensor/reduce.js';
import type { VectorArena } from '../tensor/vector-arena.js';
import type { Computed, ComputedShard, ShardTask } from './compute-messages.js';

/**
 * Computes the gradient of each shard's summed loss, and the tree nodes that the finite ones fill. `grads` is overwritten, one
 * vector [parameters] of `arena` a task; the nodes lie in some of them.
 */
export function computeTraining(
  network: Network,
  layout: Layout,
  numShards: number,
  tasks: readonly ShardTask[],
  arena: VectorArena,
  grads: readonly Float32Array[],
): Pick<Computed, 'shards' | 'nodes'> {
  const results = network.gradients(
    tasks.map((task) => task.batch),
    grads,
  );
  const leaves = new Map<number, Float32Array>();
  const shards = results.map(({ carried, ...result }, position): ComputedShard => {
    const { shard } = tasks[position] as ShardTask;
    const vector = grads[position] as Float32Array;
    const norm = squaredNormIn(arena, vector);
    const isFinite = Number.isFinite(norm) && Number.isFinite(result.loss);
    const nonFinite = isFinite ? '' : (firstNonFinite(vector, layout) ?? 'loss');
    if (isFinite) leaves.set(shard, vector);
    const state = carried && { carried: new Uint8Array(carried.buffer, carried.byteOffset, carried.byteLength) };
    return { shard, ...result, squaredNorm: norm, nonFinite, ...state };
  });
  const nodes = coverShards(new Set(leaves.keys()), numShards).map((node) => {
    const held = (inner: typeof node): Float32Array | undefined =>
      inner.level === 0 ? leaves.get(inner.index) : undefined;
    const vector = reduceTree(node, numShards, held, (left, right) => {
      addIn(arena, left, right);
      return left;
    });
    return { node, vector: vector as Float32Array };
  });
  return { shards, nodes };
}

/** Computes the losses alone. */
export function computeEvaluation(network: Network, tasks: readonly ShardTask[]): Pick<Computed, 'shards' | 'nodes'> {
  const results = network.evaluate(tasks.map((task) => task.batch));
  const shards = results.map(({ loss, count, correct }, position): ComputedShard => ({
    shard: (tasks[position] as ShardTask).shard,
    loss,
    count,
    correct,
    squaredNorm: 0,
    nonFinite: '',
  }));
  return { shards, nodes: [] };
}
