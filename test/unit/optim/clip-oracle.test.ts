// Clipping rules against PyTorch, numpy and the papers' formulas; numbers from test/fixtures/optim/make-clip-oracle.py.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ClipRule } from '../../../src/optim/clip.js';
import { layTensors } from '../../../src/tensor/layout.js';
import { clip, emptyMemory } from './sample-clip.js';

interface Oracle {
  readonly shapes: [string, number[]][];
  readonly grads: number[];
  readonly params: number[];
  readonly norms: number[];
  readonly globalLargest: { maxNorm: number; grads: number[] };
  readonly tensorNorm: { maxNorm: number; grads: number[] };
  readonly tensorLargest: { maxNorm: number; grads: number[] };
  readonly agc: { factor: number; grads: number[] };
  readonly percentile: { percentile: number; window: number; thresholds: number[]; clipped: number[] };
  readonly percentileOfWindow: { percentile: number; window: number; thresholds: number[]; clipped: number[] };
  readonly zscore: { zThreshold: number; clipped: number[]; mean: number; variance: number };
}

const oracle = JSON.parse(
  readFileSync(new URL('../../fixtures/optim/clip-oracle.json', import.meta.url), 'utf8'),
) as Oracle;

const layout = layTensors(
  oracle.shapes.map(([name, shape]) => ({ name, shape, group: shape.length === 1 ? 'bias' : 'input' })),
);

const { globalLargest, tensorNorm, tensorLargest, agc } = oracle;
const rules: { rule: ClipRule; grads: number[] }[] = [
  { rule: { name: 'global-norm', order: 'inf', maxNorm: globalLargest.maxNorm }, grads: globalLargest.grads },
  { rule: { name: 'tensor-norm', order: 2, maxNorm: tensorNorm.maxNorm }, grads: tensorNorm.grads },
  { rule: { name: 'tensor-norm', order: 'inf', maxNorm: tensorLargest.maxNorm }, grads: tensorLargest.grads },
  { rule: { name: 'agc', factor: agc.factor }, grads: agc.grads },
];

it.each(rules)('clips one gradient as the oracle does: $rule', ({ rule, grads: wanted }) => {
  const grads = Float32Array.from(oracle.grads);
  const { clippedNorm, gradNorm, clipCoefficient } = clip([rule], grads, emptyMemory(), {
    layout,
    params: Float32Array.from(oracle.params),
  });
  expect(clipCoefficient).toBeLessThan(1);
  expect(clippedNorm / gradNorm).toBeCloseTo(clipCoefficient, 6);
  // PyTorch divides by the norm plus 1e-6.
  grads.forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBeLessThan(3e-6));
});

describe('a rule that learns from the norms', () => {
  it.each([oracle.percentile, oracle.percentileOfWindow])(
    'has numpy’s percentiles as its thresholds: $percentile of $window',
    ({ percentile, window, thresholds, clipped }) => {
      const memory = emptyMemory();
      oracle.norms.forEach((norm, step) => {
        const result = clip([{ name: 'percentile', percentile, window }], Float32Array.of(norm), memory);
        expect(result.clipThreshold! / thresholds[step]!).toBeCloseTo(1, 12);
        expect(result.clippedNorm / clipped[step]!).toBeCloseTo(1, 6);
      });
      expect(memory.histories['clip.0.norms']).toEqual(oracle.norms.slice(-window));
    },
  );

  it('clips by z-score as ZClip does, and keeps its averages', () => {
    const memory = emptyMemory();
    const { zThreshold, clipped, mean, variance } = oracle.zscore;
    oracle.norms.forEach((norm, step) => {
      const result = clip([{ name: 'zscore', zThreshold }], Float32Array.of(norm), memory);
      expect(result.clippedNorm / clipped[step]!).toBeCloseTo(1, 6);
      if (clipped[step] === norm) expect(result.clipCoefficient).toBe(1);
    });
    expect(memory.scalars['clip.0.mean']! / mean).toBeCloseTo(1, 12);
    expect(memory.scalars['clip.0.variance']! / variance).toBeCloseTo(1, 12);
    expect(memory.histories).toEqual({});
  });
});

it('lets each rule of a chain see what the one before it left, and keeps their memories apart', () => {
  const memory = emptyMemory();
  const grads = Float32Array.of(3, 4);
  const result = clip(
    [
      { name: 'value', maxNorm: 3 },
      { name: 'percentile', percentile: 50, window: 9 },
      { name: 'global-norm', maxNorm: 1, order: 2 },
      { name: 'percentile', percentile: 50, window: 9 },
    ],
    grads,
    memory,
  );
  const norm = Math.fround(1 / Math.sqrt(18)) * 3;
  expect(memory.histories['clip.1.norms']).toEqual([Math.sqrt(18)]);
  expect(memory.histories['clip.3.norms']).toEqual([result.clippedNorm]);
  expect([...grads]).toEqual([Math.fround(norm), Math.fround(norm)]);
  expect(result.gradNorm).toBe(5);
  expect(result.clipCoefficient).toBeCloseTo(0.2, 6);
  expect(result.clipThreshold).toBe(result.clippedNorm < 1 ? result.clippedNorm : 1);
});
