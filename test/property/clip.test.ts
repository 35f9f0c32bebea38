// Laws of clipping, for any gradient.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { clipGradients } from '../../src/optim/clip.js';
import { globalNorm } from '../../src/tensor/flat-vector.js';

const maxNorms = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
// Up to 1e33: beyond 2^126 times maxNorm the coefficient is subnormal and has fewer bits (docs/numerics.md).
const largest = Math.fround(1e33);
const gradients = fc.float32Array({ noNaN: true, min: -largest, max: largest, maxLength: 50 });

it('never leaves a global norm above maxNorm, and no bit of a gradient below it changed', () => {
  fc.assert(
    fc.property(gradients, maxNorms, (grads, maxNorm) => {
      const before = grads.slice();
      const { gradNorm, clippedNorm } = clipGradients({ name: 'global-norm', maxNorm }, grads);
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
      clipGradients({ name: 'value', maxNorm }, grads);
      grads.forEach((value, i) => {
        expect(Math.abs(value)).toBeLessThanOrEqual(limit);
        if (Math.abs(before[i]!) <= limit) expect(value).toBe(before[i]);
      });
      const once = grads.slice();
      expect(clipGradients({ name: 'value', maxNorm }, grads).clipCoefficient).toBe(1);
      expect(grads).toEqual(once);
    }),
  );
});

it('none reports the norm and changes nothing', () => {
  fc.assert(
    fc.property(gradients, (grads) => {
      const before = grads.slice();
      const result = clipGradients({ name: 'none' }, grads);
      expect(result).toEqual({ gradNorm: globalNorm(before), clippedNorm: result.gradNorm, clipCoefficient: 1 });
      expect(grads).toEqual(before);
    }),
  );
});
