// One lease computed: gradients shard by shard, health of each, sums over the largest tree nodes that are whole. Gradients that
// are rounded for the wire travel shard by shard: a rounded sum would depend on who took it.
import { coverShards, leavesOf, reduceTree } from '../collective/tree.js';
import type { Network } from '../model/network.js';
import type { QuantisedVector, ShardQuantiser } from '../protocol/quantise.js';
import { firstNonFinite } from '../tensor/flat-vector.js';
import type { Layout } from '../tensor/layout.js';
import { addIn, squaredNormIn } from '../tensor/reduce.js';
import type { VectorArena } from '../tensor/vector-arena.js';
import type { Computed, ComputedShard, ShardTask } from './compute-messages.js';

/**
 * Computes the gradient of each shard's summed loss, and the tree nodes that the finite ones fill. `grads` is overwritten, one
 * vector [parameters] of `arena` a task; the nodes lie in some of them. With a `quantiser`, each finite shard is rounded by it, and
 * its norm is that of what travels.
 */
export function computeTraining(
  network: Network,
  layout: Layout,
  numShards: number,
  tasks: readonly ShardTask[],
  arena: VectorArena,
  grads: readonly Float32Array[],
  quantiser?: ShardQuantiser,
): Pick<Computed, 'shards' | 'nodes'> {
  const results = network.gradients(
    tasks.map((task) => task.batch),
    grads,
  );
  const computed = results.map(({ carried, moments, ...result }, position) => ({
    shard: (tasks[position] as ShardTask).shard,
    ...result,
    ...(carried && { carried: bytesOf(carried) }),
    ...(moments && { moments: bytesOf(moments) }),
  }));
  return describeAnswer(computed, grads, { arena, layout, numShards, ...(quantiser && { quantiser }) });
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

export interface AnswerShape {
  readonly arena: VectorArena;
  readonly layout: Layout;
  readonly numShards: number;
  readonly quantiser?: ShardQuantiser;
}

/** Describes computed shards, the gradient of each in `grads`: their health, and the vectors that are to travel. */
export function describeAnswer(
  computed: readonly Omit<ComputedShard, 'squaredNorm' | 'nonFinite'>[],
  grads: readonly Float32Array[],
  { arena, layout, numShards, quantiser }: AnswerShape,
): Pick<Computed, 'shards' | 'nodes'> {
  const leaves = new Map<number, Float32Array>();
  const rounded = new Map<number, QuantisedVector>();
  const shards = computed.map((result, position): ComputedShard => {
    const { shard, loss } = result;
    const vector = grads[position] as Float32Array;
    let norm = squaredNormIn(arena, vector);
    if (quantiser && Number.isFinite(norm)) {
      rounded.set(shard, quantiser.quantise(shard, vector));
      norm = squaredNormIn(arena, vector); // f16 may have overflowed
    }
    const isFinite = Number.isFinite(norm) && Number.isFinite(loss);
    if (isFinite) leaves.set(shard, vector);
    const nonFinite = isFinite ? '' : (firstNonFinite(vector, layout) ?? 'loss');
    return { ...result, squaredNorm: norm, nonFinite };
  });
  if (quantiser) {
    const nodes = leavesOf(leaves.keys()).map((node) => ({ node, vector: rounded.get(node.index) as QuantisedVector }));
    return { shards, nodes };
  }
  const nodes = coverShards(new Set(leaves.keys()), numShards).map((node) => {
    const held = (inner: typeof node): Float32Array | undefined =>
      inner.level === 0 ? leaves.get(inner.index) : undefined;
    const vector = reduceTree(node, numShards, held, (left, right) => {
      addIn(arena, left, left, right);
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

/** Computes the shards' parts in the next collective of their step. */
export function computeCollective(network: Network, tasks: readonly ShardTask[]): Pick<Computed, 'shards' | 'nodes'> {
  const parts = network.batchNorm?.collect(tasks.map((task) => task.batch)) ?? [];
  const shards = parts.map((part, position): ComputedShard => ({
    shard: (tasks[position] as ShardTask).shard,
    loss: 0,
    count: 0,
    correct: 0,
    squaredNorm: 0,
    nonFinite: '',
    part: bytesOf(part),
  }));
  return { shards, nodes: [] };
}
