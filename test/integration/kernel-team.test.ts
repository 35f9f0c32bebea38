// Block kernels on several threads: the bits of one thread, whoever takes which chunk, however often.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, expect, it } from 'vitest';
import { digestBlocksIn } from '../../src/tensor/block-digest.js';
import { createOptimizer } from '../../src/optim/create-optimizer.js';
import { updateInOnePass } from '../../src/optim/one-pass.js';
import { addIn, followIn, meanNormIn, squaredNormIn } from '../../src/tensor/reduce.js';
import { createVectorArena, type VectorArena } from '../../src/tensor/vector-arena.js';
import { haveSameBits } from '../unit/tensor/spread-values.js';

const main = new URL('../../dist/coordinator/update-thread-main.js', import.meta.url);
const threads: Worker[] = [];

async function startHelper(arena: VectorArena): Promise<void> {
  const thread = new Worker(main, { workerData: arena.team?.share });
  threads.push(thread);
  await once(thread, 'online');
}

afterAll(async () => {
  await Promise.all(threads.map((thread) => thread.terminate()));
});

/** Values around 0, another vector for each seed: made in milliseconds. */
function valuesOf(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => (((i + 7919 * seed) * 2_654_435_761) % 1_000_003) / 1e6 - 0.5);
}

/** One step over vectors of `length`; everything that it writes. */
function takeStep(arena: VectorArena, length: number, seed: number) {
  const place = (vector: Float32Array): Float32Array => {
    const placed = arena.allocate(vector.length);
    placed.set(vector);
    return placed;
  };
  const optimizer = createOptimizer({
    ...{ name: 'adamw', amsgrad: false, nesterov: false, momentum: 0, alpha: 0.99 },
    ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
  });
  const [params, left, right, third] = [0, 1, 2, 3].map((i) => place(valuesOf(length, seed + i)));
  const fresh = optimizer.init(length);
  const moments = Object.fromEntries(Object.entries(fresh.moments).map(([name, zeros]) => [name, place(zeros)]));
  const state = { ...fresh, moments };
  const copy = place(params!);
  addIn(arena, right!, right!, third!);
  const squares = meanNormIn(arena, { left: left!, right: right! }, 7);
  const pass = { params: params!, state, grads: left!, learningRate: 1e-3, clipCoefficient: 0.5 };
  const { clippedSquaredNorm, hasFiniteWeights, blockDigests } = updateInOnePass(arena, optimizer, pass);
  const following = followIn(arena, copy, params!);
  const digests = [...blockDigests.values(), digestBlocksIn(arena, copy)].map((bytes) =>
    Buffer.from(bytes).toString('hex'),
  );
  const numbers = [squares, clippedSquaredNorm, following.change, following.squares, squaredNormIn(arena, copy)];
  const vectors = [params!, left!, ...Object.values(moments), copy].map((vector) => vector.slice());
  for (const vector of [params!, left!, right!, third!, copy, ...Object.values(moments)]) arena.free(vector);
  return { numbers, hasFiniteWeights, digests, vectors };
}

it('computes the same bits alone, with one helper and with three, on the kernels and on the oracles', async () => {
  const lengths = [600_003, 4096 * 128, 5];
  const alone = createVectorArena();
  const oracles = createVectorArena({ maxPages: 0 });
  const helped = createVectorArena();
  for (const helpers of [1, 3]) {
    while (threads.length < helpers) await startHelper(helped);
    for (const [i, length] of lengths.entries()) {
      const wanted = takeStep(alone, length, i);
      const plain = takeStep(oracles, length, i);
      expect(plain.numbers).toEqual(wanted.numbers);
      for (let round = 0; round < 3; round += 1) {
        const found = takeStep(helped, length, i);
        expect(found.numbers).toEqual(wanted.numbers);
        expect(found.digests).toEqual(wanted.digests);
        expect(found.hasFiniteWeights).toBe(wanted.hasFiniteWeights);
        found.vectors.forEach((vector, k) => expect(haveSameBits(vector, wanted.vectors[k]!)).toBe(true));
      }
    }
  }
}, 30_000);

it('does everything itself when its helper has ended', async () => {
  const arena = createVectorArena();
  await startHelper(arena);
  takeStep(arena, 600_000, 1);
  await threads.at(-1)?.terminate();
  expect(takeStep(arena, 600_000, 1).numbers).toEqual(takeStep(createVectorArena(), 600_000, 1).numbers);
});
