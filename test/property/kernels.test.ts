// The SIMD kernels give the bits of their oracles, for any length and any values, whole and chunk by chunk.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { digestBlocks, digestBlocksIn } from '../../src/tensor/block-digest.js';
import { addInto, meanInto, squaredNorm } from '../../src/tensor/flat-vector.js';
import { addIn, meanNormIn, squaredNormIn } from '../../src/tensor/reduce.js';
import { createVectorArena, type VectorArena } from '../../src/tensor/vector-arena.js';
import { breadth } from '../breadth.js';
import { haveSameBits, lengths, spreadValues } from '../unit/tensor/spread-values.js';

const arena = createVectorArena({ onFallback: (reason) => expect.fail(reason) });

/** Runs `use` on copies of `vectors` in the arena. */
function inArena<T>(vectors: readonly Float32Array[], use: (placed: Float32Array[]) => T): T {
  const placed = vectors.map((vector) => {
    const copy = arena.allocate(vector.length);
    copy.set(vector);
    return copy;
  });
  try {
    return use(placed);
  } finally {
    placed.forEach((vector) => arena.free(vector));
  }
}

/** Half of the vectors are long. */
const settings = { numRuns: breadth({ unit: 30, sweep: 100 }) };
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

it('adds as the oracle does', () => {
  fc.assert(
    fc.property(lengths, seeds, (length, seed) => {
      const [left, right] = [spreadValues(length, seed), spreadValues(length, seed + 1)];
      const sum = inArena(
        [left, right],
        ([target, source]) => (addIn(arena, target!, target!, source!), target!.slice()),
      );
      addInto(left, right);
      expect(haveSameBits(sum, left)).toBe(true);
    }),
    settings,
  );
});

it.each([true, false])('takes mean and norm as the oracle does (a last sum is due: %s)', (isPair) => {
  const counts = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(2 ** 24 - 1, 2 ** 24 + 1, 33_554_433));
  fc.assert(
    fc.property(lengths, seeds, counts, (length, seed, count) => {
      const [left, right] = [spreadValues(length, seed), spreadValues(length, seed + 1)];
      const { norm, mean } = inArena([left, right], ([target, source]) => ({
        norm: meanNormIn(arena, { left: target!, ...(isPair && { right: source! }) }, count),
        mean: target!.slice(),
      }));
      if (isPair) addInto(left, right);
      meanInto(left, count);
      expect(haveSameBits(mean, left)).toBe(true);
      expect(norm).toBe(squaredNorm(left));
    }),
    settings,
  );
});

it('sums and means vectors that must not be written', () => {
  fc.assert(
    fc.property(lengths, seeds, (length, seed) => {
      const [left, right] = [spreadValues(length, seed), spreadValues(length, seed + 1)];
      inArena([left, right, left], ([one, other, target]) => {
        const alone = meanNormIn(arena, { left: one!, target: target! }, 3);
        const mean = left.slice();
        meanInto(mean, 3);
        expect([alone, haveSameBits(target!, mean)]).toEqual([squaredNorm(mean), true]);
        meanNormIn(arena, { left: one!, right: other!, target: target! }, 3);
        const sum = left.slice();
        addInto(sum, right);
        meanInto(sum, 3);
        expect(haveSameBits(target!, sum)).toBe(true);
        addIn(arena, target!, one!, other!);
        addInto(left, right);
        expect([haveSameBits(target!, left), haveSameBits(other!, right)]).toEqual([true, true]);
      });
    }),
    settings,
  );
});

it('measures norms and digests blocks as the oracles do', () => {
  fc.assert(
    fc.property(lengths, seeds, (length, seed) => {
      const vector = spreadValues(length, seed);
      inArena([vector], ([placed]) => {
        expect(squaredNormIn(arena, placed!)).toBe(squaredNorm(vector));
        expect(Buffer.compare(digestBlocksIn(arena, placed!), digestBlocks(vector))).toBe(0);
      });
    }),
    settings,
  );
});

it('leaves what lies behind a view as it is', () => {
  inArena([new Float32Array(64).fill(3), new Float32Array(64).fill(5)], ([target, source]) => {
    for (const length of [1, 2, 3, 5, 6, 7]) {
      const [to, from] = [target!.subarray(8, 8 + length), source!.subarray(8, 8 + length)];
      meanNormIn(arena, { left: to, right: from }, 1);
      addIn(arena, to, to, from);
      expect([...target!.subarray(8 + length)]).toEqual(new Array(56 - length).fill(3));
      target!.fill(3);
    }
  });
});

it('finds NaN and infinities wherever they are', () => {
  const places = fc.tuple(lengths, fc.nat(), fc.constantFrom(NaN, Infinity, -Infinity));
  fc.assert(
    fc.property(places, ([length, place, value]) => {
      const vector = new Float32Array(Math.max(1, length)).fill(1);
      vector[place % vector.length] = value;
      inArena([vector], ([placed]) => expect(Number.isFinite(squaredNormIn(arena, placed!))).toBe(false));
    }),
    settings,
  );
});

it('computes with the oracles where vectors are plain arrays', () => {
  const plain: VectorArena = createVectorArena({ maxPages: 0 });
  const [left, right] = [plain.allocate(5), plain.allocate(5)];
  left.set([1, 2, 3, 4, 5]);
  right.set([1, 1, 1, 1, 1]);
  expect(meanNormIn(plain, { left, right }, 2)).toBe(1 + 2.25 + 4 + 6.25 + 9);
  expect([...left]).toEqual([1, 1.5, 2, 2.5, 3]);
});
