// What a light worker answers must be what a real one would answer with the same gradients.
import { expect, it } from 'vitest';
import { createGradientSource } from '../../../src/loadtest/gradient-source.js';
import { LightLeases } from '../../../src/loadtest/light-lease.js';
import { squaredNorm } from '../../../src/tensor/flat-vector.js';
import { createVectorArena } from '../../../src/tensor/vector-arena.js';
import { layTensors } from '../../../src/tensor/layout.js';

const layout = layTensors([
  { name: 'first', shape: [10, 10], group: 'input' },
  { name: 'second', shape: [50], group: 'bias' },
]);
const plan = { seed: 1, kind: 'normal', explodeRate: 0, nanRate: 0 } as const;
const source = createGradientSource(plan, layout.size, 6);
const gradient = (shard: number): Float32Array => {
  const vector = new Float32Array(layout.size);
  source.write(vector, 2, shard, 1);
  return vector;
};
const leases = new LightLeases(createVectorArena(), source, layout, 6);
const work = (shard: number, isPoisoned = false) => ({ shard, count: 1, isPoisoned });

it('reports the norm of each shard and sends the sums over whole tree nodes', () => {
  const { shards: reports, nodes } = leases.answer(2, [work(0), work(1), work(4)]);
  expect(reports.map(({ shard, squaredNorm: norm }) => [shard, norm])).toEqual(
    [0, 1, 4].map((shard) => [shard, squaredNorm(gradient(shard))]),
  );
  expect(nodes.map(({ node }) => node)).toEqual([
    { level: 1, index: 0 },
    { level: 0, index: 4 },
  ]);
  const [left, right] = [gradient(0), gradient(1)];
  expect(nodes[0]?.vector).toEqual(left.map((value, i) => value + right[i]!));
});

it('names the tensor of a planted NaN and sends no sum with it', () => {
  const { shards: reports, nodes } = leases.answer(2, [work(0, true), work(1)]);
  expect(['first', 'second']).toContain(reports[0]?.nonFinite);
  expect(reports[1]?.nonFinite).toBe('');
  expect(nodes.map(({ node }) => node)).toEqual([{ level: 0, index: 1 }]);
  expect(nodes[0]?.vector).toEqual(gradient(1));
});
