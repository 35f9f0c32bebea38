import { describe, expect, it } from 'vitest';
import {
  addInto,
  firstNonFinite,
  globalNorm,
  meanInto,
  scaleInPlace,
  squaredNorm,
} from '../../../src/tensor/flat-vector.js';
import { layTensors } from '../../../src/tensor/layout.js';

/** Values whose sum of squares depends on the order of addition. */
function unevenValues(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => ((i * 2654435761) % 1000) / 7 + 1e-3 * i);
}

/** The rule of docs/numerics.md, written as slowly as it reads. */
function squaredNormByTheRule(vector: Float32Array): number {
  let total = 0;
  for (let block = 0; block * 4096 < vector.length; block++) {
    const lanes = [0, 0, 0, 0];
    vector.subarray(block * 4096, (block + 1) * 4096).forEach((value, i) => (lanes[i % 4]! += value * value));
    total += lanes[0]! + lanes[2]! + (lanes[1]! + lanes[3]!);
  }
  return total;
}

describe('squaredNorm', () => {
  it.each([0, 1, 2, 3, 4, 5, 7, 4095, 4096, 4097, 8191, 12289])(
    'follows the rule bit for bit at length %i',
    (length) => {
      const vector = unevenValues(length);
      expect(squaredNorm(vector)).toBe(squaredNormByTheRule(vector));
    },
  );

  it('depends on the order, so that the rule is worth a test', () => {
    const vector = unevenValues(12289);
    const sequential = vector.reduce((sum, value) => sum + value * value, 0);
    expect(squaredNorm(vector)).not.toBe(sequential);
    expect(squaredNorm(vector) / sequential).toBeCloseTo(1, 12);
  });

  it('neither overflows nor underflows for finite float32 values', () => {
    expect(globalNorm(Float32Array.of(3e38, 3e38))).toBeCloseTo(Math.fround(3e38) * Math.SQRT2, -25);
    expect(globalNorm(Float32Array.of(1e-45, 0))).toBe(Math.fround(1e-45));
  });
});

it('adds in float32', () => {
  const target = Float32Array.of(0.1, 1e8);
  addInto(target, Float32Array.of(0.2, 1));
  expect(target).toEqual(Float32Array.of(Math.fround(Math.fround(0.1) + Math.fround(0.2)), 1e8));
});

it('scales by the factor rounded to float32, with one rounding a value', () => {
  const vector = Float32Array.from({ length: 100 }, (_, i) => i);
  const byUnrounded = vector.map((value) => value * 0.1);
  scaleInPlace(vector, 0.1);
  vector.forEach((value, i) => expect(value).toBe(Math.fround(i * Math.fround(0.1))));
  expect(vector).not.toEqual(byUnrounded);
});

it('divides for the mean: multiplying by the reciprocal would give other bits', () => {
  const vector = Float32Array.from({ length: 100 }, (_, i) => i);
  const byReciprocal = vector.map((value) => Math.fround(value * Math.fround(1 / 49)));
  meanInto(vector, 49);
  vector.forEach((value, i) => expect(value).toBe(Math.fround(i / 49)));
  expect(vector).not.toEqual(byReciprocal);
});

describe('firstNonFinite', () => {
  const layout = layTensors([
    { name: 'a', shape: [2], group: 'input' },
    { name: 'b', shape: [3], group: 'recurrent' },
    { name: 'c', shape: [1], group: 'bias' },
  ]);

  it('is undefined while every value is finite, however large', () => {
    expect(firstNonFinite(new Float32Array(6).fill(3.4e38), layout)).toBeUndefined();
  });

  it.each([NaN, Infinity, -Infinity])('names the first tensor that holds %d', (bad) => {
    expect(firstNonFinite(Float32Array.of(1, 1, 1, 1, bad, bad), layout)).toBe('b');
    expect(firstNonFinite(Float32Array.of(1, 1, 1, 1, 1, bad), layout)).toBe('c');
  });
});
