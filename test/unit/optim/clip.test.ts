import { describe, expect, it } from 'vitest';
import { NumericalError } from '../../../src/errors.js';
import type { ClipChain } from '../../../src/optim/clip.js';
import { clip, emptyMemory } from './sample-clip.js';

const every: { name: string; chain: ClipChain }[] = [
  { name: 'none', chain: [] },
  { name: 'global-norm', chain: [{ name: 'global-norm', maxNorm: 1, order: 2 }] },
  { name: 'largest value', chain: [{ name: 'global-norm', maxNorm: 1, order: 'inf' }] },
  { name: 'value', chain: [{ name: 'value', maxNorm: 1 }] },
  { name: 'tensor-norm', chain: [{ name: 'tensor-norm', maxNorm: 1, order: 2 }] },
  { name: 'agc', chain: [{ name: 'agc', factor: 0.01 }] },
  { name: 'percentile', chain: [{ name: 'percentile', percentile: 10, window: 100 }] },
  { name: 'zscore', chain: [{ name: 'zscore', zThreshold: 2.5 }] },
];

describe('clipGradients', () => {
  it('multiplies by the rounded coefficient, with one rounding a value', () => {
    const grads = Float32Array.of(3, 4, 0.1);
    const before = grads.slice();
    const result = clip([{ name: 'global-norm', maxNorm: 1, order: 2 }], grads);
    expect(result.clipCoefficient).toBe(Math.fround(1 / result.gradNorm));
    expect(grads).toEqual(before.map((value) => Math.fround(value * result.clipCoefficient)));
    expect(result.clippedNorm).toBeCloseTo(1, 6);
  });

  it('keeps the bits at exactly the threshold', () => {
    const grads = Float32Array.of(3, 4);
    expect(clip([{ name: 'global-norm', maxNorm: 5, order: 2 }], grads)).toEqual({
      gradNorm: 5,
      clippedNorm: 5,
      clipCoefficient: 1,
      clipThreshold: 5,
    });
    expect(grads).toEqual(Float32Array.of(3, 4));
  });

  it('scales gradients whose squares overflow float32', () => {
    const grads = Float32Array.of(3e37, 4e37);
    const result = clip([{ name: 'global-norm', maxNorm: 5, order: 2 }], grads);
    expect(result.gradNorm / 5e37).toBeCloseTo(1, 6);
    expect(grads[0]).toBeCloseTo(3, 5);
    expect(grads[1]).toBeCloseTo(4, 5);
  });

  it('clamps by value and reports the ratio of the norms', () => {
    const grads = Float32Array.of(3, -4, 0.5);
    const result = clip([{ name: 'value', maxNorm: 1 }], grads);
    expect(grads).toEqual(Float32Array.of(1, -1, 0.5));
    expect(result.clippedNorm).toBe(1.5);
    expect(result.clipCoefficient).toBe(1.5 / Math.sqrt(25.25));
  });

  it('reports a coefficient of 1 when every value is within the limit, even for a zero gradient', () => {
    expect(clip([{ name: 'value', maxNorm: 1 }], new Float32Array(3)).clipCoefficient).toBe(1);
    expect(clip([{ name: 'global-norm', maxNorm: 1, order: 2 }], new Float32Array(3)).clipCoefficient).toBe(1);
  });

  it.each(every)(
    'refuses a gradient that is not finite before it changes it or learns from it ($name)',
    ({ chain }) => {
      for (const bad of [NaN, Infinity, -Infinity]) {
        const grads = Float32Array.of(30, bad);
        const memory = emptyMemory();
        expect(() => clip(chain, grads, memory)).toThrow(NumericalError);
        expect(() => clip(chain, grads, memory)).toThrow(expect.objectContaining({ code: 'GRADIENT_NOT_FINITE' }));
        expect(grads).toEqual(Float32Array.of(30, bad));
        expect(memory).toEqual(emptyMemory());
      }
    },
  );
});
