// The diagnosis against PyTorch and numpy; numbers from test/fixtures/replay/make-diagnosis-oracle.py.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Spectrum } from '../../../src/metrics/diagnosis.js';
import { probeBatch } from '../../../src/model/self-check.js';
import { probeValues } from '../../../src/model/probe-values.js';
import { layoutOfModel } from '../../../src/params/layout-of-model.js';
import type { ModelSpec } from '../../../src/params/model-spec.js';
import { diagnose } from '../../../src/replay/diagnose.js';
import { judgeFlow } from '../../../src/replay/gradient-flow.js';
import { largestSingularValue, lyapunovExponents, spectralRadius } from '../../../src/replay/spectrum.js';

interface OracleCase {
  readonly spec: ModelSpec;
  readonly steps: number;
  readonly lengths: number[];
  readonly seed: number;
  readonly loss: number;
  readonly hiddenGradNorms: number[];
  readonly cellGradNorms: number[];
  readonly recurrent: { largestSingularValue: number; spectralRadius: number }[];
  readonly jacobians: { largestSingularValue: number; spectralRadius: number }[];
  /** null: minus infinity. */
  readonly lyapunovExponents: (number | null)[];
}

const cases = JSON.parse(
  readFileSync(new URL('../../fixtures/replay/diagnosis-oracle.json', import.meta.url), 'utf8'),
) as OracleCase[];

function diagnoseCase(oracle: OracleCase, scale = 1.5) {
  const shard = {
    shard: 0,
    exampleIds: oracle.lengths.map((_, row) => row),
    batch: probeBatch(oracle, oracle.seed + 1),
  };
  return diagnose(oracle.spec, probeValues(oracle.seed, layoutOfModel(oracle.spec).size, scale), [shard]);
}

function expectClose(actual: readonly number[], wanted: readonly number[]): void {
  expect(actual).toHaveLength(wanted.length);
  actual.forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBeLessThan(2e-6 + 1e-5 * Math.abs(wanted[i]!)));
}

const singular = (spectra: readonly Spectrum[]) => spectra.map((spectrum) => spectrum.largestSingularValue);

it.each(cases)('has PyTorch’s gradients of states, Jacobians and exponents: $spec.cell, $spec.targetsPer', (oracle) => {
  const { layers, loss, examples } = diagnoseCase(oracle);
  const [layer] = layers as [(typeof layers)[0]];
  expect(loss / oracle.loss).toBeCloseTo(1, 5);
  expect([layers.length, examples]).toEqual([1, oracle.lengths.length]);
  expectClose(layer.hiddenGradNorms, oracle.hiddenGradNorms);
  expectClose(layer.cellGradNorms, oracle.cellGradNorms);
  expectClose(singular(layer.recurrent), singular(oracle.recurrent));
  expectClose(
    layer.recurrent.map((spectrum) => spectrum.spectralRadius!),
    oracle.recurrent.map((spectrum) => spectrum.spectralRadius),
  );
  expectClose(singular(layer.jacobians), singular(oracle.jacobians));
  for (const { timeStep, spectralRadius: radius } of layer.jacobians) {
    if (radius !== undefined) expect(radius).toBeCloseTo(oracle.jacobians[timeStep]!.spectralRadius, 5);
  }
  oracle.lyapunovExponents.forEach((exponent, i) => {
    if (exponent === null) expect(layer.lyapunovExponents[i]).toBeLessThan(-30);
    else expect(layer.lyapunovExponents[i]).toBeCloseTo(exponent, 5);
  });
});

describe('the verdict', () => {
  it('says from which step on a gradient explodes or vanishes, and how fast', () => {
    const flow = (factor: number) => judgeFlow(Array.from({ length: 40 }, (_, i) => 3 * factor ** i));
    expect(flow(2)).toMatchObject({ state: 'exploding', stepsBack: 7 }); // 2^7 = 128
    expect(flow(0.5)).toMatchObject({ state: 'vanishing', stepsBack: 7 });
    expect(flow(0.5).halfLife).toBeCloseTo(1, 10);
    expect(flow(2).logSlope).toBeCloseTo(Math.LN2, 10);
    expect(flow(0.99)).toMatchObject({ state: 'healthy', stepsBack: null });
  });

  it('takes a norm that is not finite as exploded, and one of 0 as vanished', () => {
    expect(judgeFlow([1, 2, Infinity])).toMatchObject({ state: 'exploding', stepsBack: 2 });
    expect(judgeFlow([1, 2, NaN])).toMatchObject({ state: 'exploding', stepsBack: 2 });
    expect(judgeFlow([1, 0.5, 0])).toMatchObject({ state: 'vanishing', stepsBack: 2 });
    expect(judgeFlow([]).state).toBe('healthy');
  });

  it('names the remedies, and counts gradients that float32 cannot hold', () => {
    const [tanh] = cases as [OracleCase];
    const spec = { ...tanh.spec, cell: 'relu' } as const;
    const exploding = diagnoseCase({ ...tanh, spec }, 40).verdict;
    expect(exploding).toMatchObject({ state: 'exploding', remedies: expect.arrayContaining(['--clip global-norm:1']) });
    const vanishing = diagnoseCase({ ...tanh, steps: 60, lengths: [60] }, 0.2);
    expect(vanishing.verdict.state).toBe('vanishing');
    expect(vanishing.layers[0]!.zeroGradients + vanishing.layers[0]!.subnormalGradients).toBeGreaterThan(0.05);
  });
});

describe('spectra', () => {
  const diagonal = (...values: number[]) => ({
    size: values.length,
    values: Float64Array.from({ length: values.length ** 2 }, (_, i) => values[i / (values.length + 1)] ?? 0),
  });

  it('are those of matrices that everybody knows', () => {
    expect(largestSingularValue(diagonal(1, -3, 2))).toBeCloseTo(3, 9);
    expect(spectralRadius(diagonal(1, -3, 2))).toBeCloseTo(3, 12);
    const rotation = { size: 2, values: Float64Array.of(0, -2, 2, 0) };
    expect(spectralRadius(rotation)).toBeCloseTo(2, 12);
    expect(largestSingularValue(diagonal(0, 0))).toBe(0);
    expect(largestSingularValue(diagonal(1, NaN))).toBeNaN();
    const exponents = lyapunovExponents(Array(400).fill(diagonal(0.5, 2)), 2, 2);
    expect(exponents[0]).toBeCloseTo(Math.log(2), 2);
    expect(exponents[1]).toBeCloseTo(Math.log(0.5), 2);
  });
});
