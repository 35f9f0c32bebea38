// Laws of clipping, for any gradient.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ClipRule } from '../../src/optim/clip.js';
import { globalNorm } from '../../src/tensor/flat-vector.js';
import { clip, emptyMemory } from '../unit/optim/sample-clip.js';

const maxNorms = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
// Up to 1e33: beyond 2^126 times maxNorm the coefficient is subnormal and has fewer bits (docs/numerics.md).
const largest = Math.fround(1e33);
const gradients = fc.float32Array({ noNaN: true, min: -largest, max: largest, maxLength: 50 });

it('never leaves a global norm above maxNorm, and no bit of a gradient below it changed', () => {
  fc.assert(
    fc.property(gradients, maxNorms, (grads, maxNorm) => {
      const before = grads.slice();
      const { gradNorm, clippedNorm } = clip([{ name: 'global-norm', maxNorm, order: 2 }], grads);
      expect(clippedNorm).toBe(globalNorm(grads));
      expect(clippedNorm).toBeLessThanOrEqual(maxNorm * (1 + 1e-6)); // float32 rounding
      if (gradNorm > maxNorm) expect(clippedNorm).toBeGreaterThanOrEqual(maxNorm * (1 - 1e-6));
      if (gradNorm <= maxNorm) expect(grads).toEqual(before);
    }),
  );
});

it('clips by value to the limit, changes no value within it, and clips the second time to the same bits', () => {
  fc.assert(
    fc.property(gradients, maxNorms, (grads, maxNorm) => {
      const before = grads.slice();
      const limit = Math.fround(maxNorm);
      clip([{ name: 'value', maxNorm }], grads);
      grads.forEach((value, i) => {
        expect(Math.abs(value)).toBeLessThanOrEqual(limit);
        if (Math.abs(before[i]!) <= limit) expect(value).toBe(before[i]);
      });
      const once = grads.slice();
      expect(clip([{ name: 'value', maxNorm }], grads).clipCoefficient).toBe(1);
      expect(grads).toEqual(once);
    }),
  );
});

it('none reports the norm and changes nothing', () => {
  fc.assert(
    fc.property(gradients, (grads) => {
      const before = grads.slice();
      const result = clip([], grads);
      expect(result).toEqual({ gradNorm: globalNorm(before), clippedNorm: result.gradNorm, clipCoefficient: 1 });
      expect(grads).toEqual(before);
    }),
  );
});

// A coefficient that is subnormal has fewer bits: no threshold lies so far below a norm here.
const moderate = fc
  .float32Array({ noNaN: true, min: -(2 ** 20), max: 2 ** 20, maxLength: 20 })
  .map((grads) => grads.map((value) => (Math.abs(value) < 2 ** -40 ? 0 : value)));

const rules = fc.oneof(
  maxNorms.map((maxNorm): ClipRule => ({ name: 'global-norm', maxNorm, order: 'inf' })),
  maxNorms.map((maxNorm): ClipRule => ({ name: 'tensor-norm', maxNorm, order: 2 })),
  maxNorms.map((factor): ClipRule => ({ name: 'agc', factor })),
  fc
    .double({ min: 0, max: 100, noNaN: true })
    .map((percentile): ClipRule => ({ name: 'percentile', percentile, window: 5 })),
  maxNorms.map((zThreshold): ClipRule => ({ name: 'zscore', zThreshold })),
);

it('never makes a gradient larger by any rule or chain, keeps every bit where it says coefficient 1, and remembers finite numbers only', () => {
  fc.assert(
    fc.property(
      fc.array(rules, { minLength: 1, maxLength: 3 }),
      fc.array(moderate, { minLength: 1, maxLength: 40 }),
      (chain, steps) => {
        const memory = emptyMemory();
        for (const grads of steps) {
          const before = grads.slice();
          const result = clip(chain, grads, memory);
          expect(result.clippedNorm).toBe(globalNorm(grads));
          expect(result.clippedNorm).toBeLessThanOrEqual(result.gradNorm);
          if (result.clipThreshold !== undefined && chain.every(({ name }) => name === 'percentile'))
            expect(result.clippedNorm).toBeLessThanOrEqual(result.clipThreshold * (1 + 1e-6) + 1e-38);
          if (result.clipCoefficient === 1) expect(grads).toEqual(before);
        }
        const kept = [...Object.values(memory.scalars), ...Object.values(memory.histories).flat()];
        expect(kept.every(Number.isFinite)).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});
