// exp, log, cos and sin of our own, float64: Math's follow the engine's version, these give the same bits everywhere.
// Argument reduction by constants split in parts (Cody and Waite 1980, "Software Manual for the Elementary Functions"),
// then Taylor series, longer than float64 can see. Only + - * / and bits. Largest error seen: below 1 ulp (docs/numerics.md).
import { NumericalError } from '../errors.js';

// The first parts have trailing zero bits, so that their product with the integer k is exact.
const ln2High = 0.6931471805598903; // 42 bits
const ln2Low = 5.497923018708371e-14;
const halfPi1 = 1.5707963267341256; // 33 bits
const halfPi2 = 6.077100506303966e-11; // 33 bits
const halfPi3 = 2.0222662487959506e-21;

/** The largest |x| that `sin` and `cos` take: up to there the number of quarter turns fits in 20 bits. */
export const maxAngle = 1_600_000;

const bits = new DataView(new ArrayBuffer(8));

/** 2^k for k from -1022 to 1023, put together from its bits. */
function powerOfTwo(k: number): number {
  bits.setUint32(0, (k + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/** Sums coefficients[i] x^i by Horner's rule. */
function polynomial(x: number, coefficients: readonly number[]): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i]!;
  return sum;
}

/** (±1)^i / (first + 2 i)!, for i below `count`: the Taylor series of sin and cos in x^2. */
function alternatingReciprocalFactorials(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1 : -1) / factorial(first + 2 * i));
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1); // exact up to 22!
}

const expTail = Array.from({ length: 13 }, (_, i) => 1 / factorial(i + 2)); // from x^2 on, |x| <= 0.35
const logTail = Array.from({ length: 11 }, (_, i) => 2 / (2 * i + 3)); // from s^2 on, |s| <= 0.172
const sinTail = alternatingReciprocalFactorials(3, 8); // from x^3 on, |x| <= 0.79
const cosTail = alternatingReciprocalFactorials(4, 8); // from x^4 on

/** Computes e^x. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.8) return Infinity;
  if (x < -745.2) return 0;
  const k = Math.floor(x / (ln2High + ln2Low) + 0.5);
  const high = x - k * ln2High;
  const low = k * ln2Low;
  const r = high - low;
  const result = 1 + (high + (r * r * polynomial(r, expTail) - low));
  // In two steps: 2^k alone may be too large or too small for a float64.
  const half = Math.trunc(k / 2);
  return result * powerOfTwo(half) * powerOfTwo(k - half);
}

/** Computes the natural logarithm; -Infinity at 0, NaN below. */
export function log(x: number): number {
  if (Number.isNaN(x) || x < 0) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return x;
  const { k, mantissa } = splitFloat(x);
  // log(1 + f) = f - (f^2/2 - s (f^2/2 + R)), s = f / (2 + f): the large part, f, enters without an error of its own.
  const f = mantissa - 1;
  const s = f / (2 + f);
  const z = s * s;
  const halfSquare = 0.5 * f * f;
  const tail = s * (halfSquare + z * polynomial(z, logTail));
  return k * ln2High - (halfSquare - (tail + k * ln2Low) - f);
}

/** Splits a positive float64 into mantissa * 2^k with the mantissa from sqrt(1/2) to sqrt(2). */
function splitFloat(x: number): { k: number; mantissa: number } {
  const isSubnormal = x < 2.2250738585072014e-308;
  bits.setFloat64(0, isSubnormal ? x * 0x40_0000_0000_0000 : x); // 2^54
  const word = bits.getUint32(0);
  const exponent = (word >>> 20) - 1023 - (isSubnormal ? 54 : 0);
  bits.setUint32(0, (word & 0xfffff) | (1023 << 20));
  const mantissa = bits.getFloat64(0);
  return mantissa > Math.SQRT2 ? { k: exponent + 1, mantissa: mantissa * 0.5 } : { k: exponent, mantissa };
}

/** Computes the cosine of x radians. Throws `ANGLE_RANGE` beyond `maxAngle`. */
export function cos(x: number): number {
  const { quarter, angle, correction } = reduceAngle(x);
  const value = quarter % 2 === 0 ? cosNearZero(angle, correction) : sinNearZero(angle, correction);
  return quarter === 1 || quarter === 2 ? -value : value;
}

/** Computes the sine of x radians. Throws `ANGLE_RANGE` beyond `maxAngle`. */
export function sin(x: number): number {
  const { quarter, angle, correction } = reduceAngle(x);
  const value = quarter % 2 === 0 ? sinNearZero(angle, correction) : cosNearZero(angle, correction);
  return quarter >= 2 ? -value : value;
}

/** x = (4 n + quarter) pi / 2 + angle + correction, |angle| <= pi / 4. */
function reduceAngle(x: number): { quarter: number; angle: number; correction: number } {
  if (!(Math.abs(x) <= maxAngle)) {
    throw new NumericalError('ANGLE_RANGE', `sin and cos take angles up to ${maxAngle} radians, got ${x}.`);
  }
  const k = Math.floor(x / halfPi1 + 0.5);
  const first = x - k * halfPi1;
  const second = first - k * halfPi2;
  const rest = k * halfPi3 - (first - second - k * halfPi2);
  const angle = second - rest;
  return { quarter: k & 3, angle, correction: second - angle - rest };
}

function sinNearZero(x: number, correction: number): number {
  const z = x * x;
  // sin(x + c) = sin x + c cos x
  return x + (correction * (1 - 0.5 * z) - z * x * polynomial(z, sinTail));
}

function cosNearZero(x: number, correction: number): number {
  const z = x * x;
  const half = 0.5 * z;
  const top = 1 - half;
  // `1 - top - half` is what the rounding of `top` lost; cos(x + c) = cos x - c x.
  return top + (1 - top - half + (z * z * polynomial(z, cosTail) - x * correction));
}
