// Clip, optimizer, check and digests in one pass: the bits of the oracles, step after step, for every optimizer.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOptimizer } from '../../src/optim/create-optimizer.js';
import { updateInOnePass } from '../../src/optim/one-pass.js';
import type { OptimizerOptions, OptimizerState } from '../../src/optim/optimizer.js';
import { digestBlocks } from '../../src/tensor/block-digest.js';
import { createVectorArena, type VectorArena } from '../../src/tensor/vector-arena.js';
import { breadth } from '../breadth.js';
import { haveSameBits, lengths, spreadValues } from '../unit/tensor/spread-values.js';

const base: OptimizerOptions = {
  name: 'adam',
  momentum: 0,
  nesterov: false,
  alpha: 0.99,
  amsgrad: false,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
};
const optimizers: [string, OptimizerOptions][] = [
  ['adam', { ...base, weightDecay: 0.01 }],
  ['adam without epsilon or second moment', { ...base, beta2: 0, epsilon: 0 }],
  ['adamw', { ...base, name: 'adamw', weightDecay: 0.1 }],
  ['sgd', { ...base, name: 'sgd', weightDecay: 0.01 }],
  ['sgd with momentum', { ...base, name: 'sgd', momentum: 0.9, weightDecay: 0.01 }],
];

interface Placed {
  params: Float32Array;
  readonly state: OptimizerState;
  readonly grads: Float32Array;
}

function place(arena: VectorArena, options: OptimizerOptions, first: Float32Array): Placed {
  const copy = (vector: Float32Array): Float32Array => {
    const placed = arena.allocate(vector.length);
    placed.set(vector);
    return placed;
  };
  const { moments, ...others } = createOptimizer(options).init(first.length);
  const placed = Object.fromEntries(Object.entries(moments).map(([name, vector]) => [name, copy(vector)]));
  return { params: copy(first), state: { ...others, moments: placed }, grads: arena.allocate(first.length) };
}

describe.each(optimizers)('%s', (_name, options) => {
  const inWasm = createVectorArena({ onFallback: (reason) => expect.fail(reason) });
  const plain = createVectorArena({ maxPages: 0 });
  const optimizer = createOptimizer(options);

  it.each([false, true])(
    'gives the same weights, moments, norms and digests (weights laid elsewhere: %s)',
    (movesWeights) => {
      const clips = fc.constantFrom(1, Math.fround(0.3), 2 ** -130);
      fc.assert(
        fc.property(lengths, fc.nat(), clips, (length, seed, clipCoefficient) => {
          const [fast, slow] = [inWasm, plain].map((arena) => place(arena, options, spreadValues(length, seed)));
          for (let step = 0; step < 3; step += 1) {
            const grads = spreadValues(length, seed + step + 1);
            const before = fast!.params.slice();
            const target = movesWeights ? inWasm.allocate(length) : fast!.params;
            const [one, other] = [
              { arena: inWasm, at: { ...fast!, target } },
              { arena: plain, at: slow! },
            ].map(({ arena, at }) => {
              at.grads.set(grads);
              return updateInOnePass(arena, optimizer, { ...at, learningRate: 0.01, clipCoefficient });
            });
            if (movesWeights) {
              expect(haveSameBits(fast!.params, before)).toBe(true);
              inWasm.free(fast!.params);
              fast!.params = target;
            }
            expect(one!.clippedSquaredNorm).toBe(other!.hasFiniteWeights ? other!.clippedSquaredNorm : NaN);
            expect(one!.hasFiniteWeights).toBe(other!.hasFiniteWeights);
            expect(fast!.state.scalars).toEqual(slow!.state.scalars);
            const pairs = [fast!, slow!].map(({ params, state }) => [params, ...Object.values(state.moments)]);
            pairs[0]!.forEach((vector, i) => {
              expect(haveSameBits(vector, pairs[1]![i]!)).toBe(true);
              expect(Buffer.compare(one!.blockDigests.get(vector)!, digestBlocks(vector))).toBe(0);
            });
          }
          for (const vector of [fast!.params, fast!.grads, ...Object.values(fast!.state.moments)]) inWasm.free(vector);
        }),
        { numRuns: breadth({ unit: 10, sweep: 30 }) },
      );
    },
  );

  it.each([1, 4, 5, 4097])('finds a weight that is no longer finite among %i', (length) => {
    for (const at of [0, length >> 1, length - 1]) {
      const { params, state, grads } = place(inWasm, options, new Float32Array(length).fill(1));
      grads.fill(0.5);
      params[at] = Infinity;
      const pass = { params, state, grads, learningRate: 0.01, clipCoefficient: 1 };
      expect(updateInOnePass(inWasm, optimizer, pass).hasFiniteWeights).toBe(false);
    }
  });
});
