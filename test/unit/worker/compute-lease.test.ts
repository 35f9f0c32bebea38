// One lease computed: which shards are finite, and which sums travel.
import { describe, expect, it } from 'vitest';
import type { ShardBatch } from '../../../src/data/shard-batch.js';
import type { Network } from '../../../src/model/network.js';
import { layTensors } from '../../../src/tensor/layout.js';
import { createVectorArena } from '../../../src/tensor/vector-arena.js';
import { computeEvaluation, computeTraining } from '../../../src/worker/compute-lease.js';

const layout = layTensors([
  { name: 'weight', shape: [1], group: 'recurrent' },
  { name: 'bias', shape: [1], group: 'bias' },
]);
const batch = {} as ShardBatch;
const tasksOf = (...shards: number[]): { shard: number; batch: ShardBatch }[] =>
  shards.map((shard) => ({ shard, batch }));

/** A network whose gradients are given, in the order of the tasks. */
function networkOf(gradients: readonly (readonly [number, number])[], losses: readonly number[] = []): Network {
  const results = gradients.map((_, i) => ({ loss: losses[i] ?? i, count: 1, correct: 0 }));
  return {
    gradients: (_batches: unknown, grads: readonly Float32Array[]) => {
      grads.forEach((vector, i) => vector.set(gradients[i] ?? []));
      return results;
    },
    evaluate: () => results,
  } as unknown as Network;
}

const arena = createVectorArena();
const vectors = (count: number): Float32Array[] => Array.from({ length: count }, () => arena.allocate(2).fill(NaN));

describe('a lease', () => {
  it('is summed over the largest tree nodes that it fills, left first', () => {
    const network = networkOf([
      [1, 0.1],
      [1, 0.2],
      [1, 0.3],
      [5, 0],
    ]);
    const { shards, nodes } = computeTraining(network, layout, 8, tasksOf(0, 1, 2, 5), arena, vectors(4));
    expect(shards.map(({ shard, squaredNorm, nonFinite }) => [shard, squaredNorm > 0, nonFinite])).toEqual(
      [0, 1, 2, 5].map((shard) => [shard, true, '']),
    );
    expect(nodes.map(({ node }) => node)).toEqual([
      { level: 1, index: 0 },
      { level: 0, index: 2 },
      { level: 0, index: 5 },
    ]);
    expect(nodes[0]?.vector).toEqual(Float32Array.of(2, Math.fround(Math.fround(0.1) + Math.fround(0.2))));
  });

  it('names the first tensor that is not finite, and sends no sum with that shard in it', () => {
    const { shards, nodes } = computeTraining(
      networkOf([
        [1, 1],
        [2, NaN],
        [3, 3],
        [-Infinity, 0],
      ]),
      layout,
      4,
      tasksOf(0, 1, 2, 3),
      arena,
      vectors(4),
    );
    expect(shards.map(({ nonFinite }) => nonFinite)).toEqual(['', 'bias', '', 'weight']);
    expect(nodes.map(({ node }) => node)).toEqual([
      { level: 0, index: 0 },
      { level: 0, index: 2 },
    ]);
  });

  it('counts a loss that is not finite as a flaw, even where the gradient is finite', () => {
    const { shards, nodes } = computeTraining(
      networkOf([[1, 1]], [Infinity]),
      layout,
      1,
      tasksOf(0),
      arena,
      vectors(1),
    );
    expect([shards[0]?.nonFinite, nodes]).toEqual(['loss', []]);
  });

  it('of an evaluation brings scores and no gradients', () => {
    const { shards, nodes } = computeEvaluation(
      networkOf([
        [0, 0],
        [0, 0],
      ]),
      tasksOf(3, 4),
    );
    expect(shards).toMatchObject([
      { shard: 3, loss: 0 },
      { shard: 4, loss: 1 },
    ]);
    expect(nodes).toEqual([]);
  });
});
