import { describe, expect, it } from 'vitest';
import { NumericalError } from '../../../src/errors.js';
import { type ClipOptions, clipGradients } from '../../../src/optim/clip.js';

const every: ClipOptions[] = [{ name: 'none' }, { name: 'global-norm', maxNorm: 1 }, { name: 'value', maxNorm: 1 }];

describe('clipGradients', () => {
  it('multiplies by the rounded coefficient, with one rounding a value', () => {
    const grads = Float32Array.of(3, 4, 0.1);
    const before = grads.slice();
    const result = clipGradients({ name: 'global-norm', maxNorm: 1 }, grads);
    expect(result.clipCoefficient).toBe(Math.fround(1 / result.gradNorm));
    expect(grads).toEqual(before.map((value) => Math.fround(value * result.clipCoefficient)));
    expect(result.clippedNorm).toBeCloseTo(1, 6);
  });

  it('keeps the bits at exactly the threshold', () => {
    const grads = Float32Array.of(3, 4);
    expect(clipGradients({ name: 'global-norm', maxNorm: 5 }, grads)).toEqual({
      gradNorm: 5,
      clippedNorm: 5,
      clipCoefficient: 1,
    });
    expect(grads).toEqual(Float32Array.of(3, 4));
  });

  it('scales gradients whose squares overflow float32', () => {
    const grads = Float32Array.of(3e37, 4e37);
    const result = clipGradients({ name: 'global-norm', maxNorm: 5 }, grads);
    expect(result.gradNorm / 5e37).toBeCloseTo(1, 6);
    expect(grads[0]).toBeCloseTo(3, 5);
    expect(grads[1]).toBeCloseTo(4, 5);
  });

  it('clamps by value and reports the ratio of the norms', () => {
    const grads = Float32Array.of(3, -4, 0.5);
    const result = clipGradients({ name: 'value', maxNorm: 1 }, grads);
    expect(grads).toEqual(Float32Array.of(1, -1, 0.5));
    expect(result.clippedNorm).toBe(1.5);
    expect(result.clipCoefficient).toBe(1.5 / Math.sqrt(25.25));
  });

  it('reports a coefficient of 1 when every value is within the limit, even for a zero gradient', () => {
    expect(clipGradients({ name: 'value', maxNorm: 1 }, new Float32Array(3)).clipCoefficient).toBe(1);
    expect(clipGradients({ name: 'global-norm', maxNorm: 1 }, new Float32Array(3)).clipCoefficient).toBe(1);
  });

  it.each(every)('refuses a gradient that is not finite before it changes it ($name)', (options) => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      const grads = Float32Array.of(30, bad);
      expect(() => clipGradients(options, grads)).toThrow(NumericalError);
      expect(() => clipGradients(options, grads)).toThrow(expect.objectContaining({ code: 'GRADIENT_NOT_FINITE' }));
      expect(grads).toEqual(Float32Array.of(30, bad));
    }
  });
});
