// Optimizers and clipping against PyTorch; the numbers come from test/fixtures/optim/make-optimizer-oracle.py.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createOptimizer } from '../../../src/optim/create-optimizer.js';
import type { OptimizerOptions } from '../../../src/optim/optimizer.js';
import { clip } from './sample-clip.js';

interface Oracle {
  readonly learningRate: number;
  readonly start: number[];
  readonly grads: number[][];
  readonly cases: { label: string; options: OptimizerOptions; float64: number[][]; float32: number[][] }[];
  readonly clip: { maxNorm: number; gradNorm: number; grads: number[] }[];
}

const oracle = JSON.parse(
  readFileSync(new URL('../../fixtures/optim/optimizer-oracle.json', import.meta.url), 'utf8'),
) as Oracle;

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
}

describe('ten steps of PyTorch', () => {
  it.each(oracle.cases)('are matched by $label at every step, float64 and float32', ({ options, float64, float32 }) => {
    const optimizer = createOptimizer(options);
    const params = Float32Array.from(oracle.start);
    const state = optimizer.init(params.length);
    oracle.grads.forEach((grads, step) => {
      optimizer.update(state, params, Float32Array.from(grads), oracle.learningRate);
      expect(largestDifference(params, float64[step]!)).toBeLessThan(1e-6);
      expect(largestDifference(params, float32[step]!)).toBeLessThan(5e-7);
    });
    expect(state.scalars.step).toBe(10);
  });
});

describe('clipping by global norm against PyTorch', () => {
  it.each(oracle.clip)('gives the same norm and, to its epsilon of 1e-6, the same gradient at $maxNorm', (wanted) => {
    const grads = Float32Array.from(oracle.grads[0]!);
    const { gradNorm } = clip([{ name: 'global-norm', maxNorm: wanted.maxNorm, order: 2 }], grads);
    expect(gradNorm).toBeCloseTo(wanted.gradNorm, 12);
    // PyTorch multiplies by min(1, maxNorm / (norm + 1e-6)): smaller by 1e-6 / norm, never larger.
    grads.forEach((value, i) =>
      expect(Math.abs(value - wanted.grads[i]!)).toBeLessThan(1.2e-6 * (1 + Math.abs(value))),
    );
  });
});
