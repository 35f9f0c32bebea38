// Arithmetic on flat vectors: the norm, the sum, the mean. The oracle that faster kernels must equal bit for bit (docs/numerics.md).
import { type Layout, viewTensor } from './layout.js';

/** Values in one block of `squaredNorm`; a multiple of the four lanes. */
export const normBlockSize = 4096;

/**
 * Sums the squares of `vector` in float64, in blocks of 4,096 values and four lanes a block.
 * Each square is exact (24 + 24 bits fit in 53), so a fused multiply-add gives the same bits, and no finite float32
 * vector can overflow or underflow it. NaN or Infinity exactly when a value is.
 */
export function squaredNorm(vector: Float32Array): number {
  let total = 0;
  for (let start = 0; start < vector.length; start += normBlockSize) {
    total += squaredNormOfBlock(vector, start, Math.min(start + normBlockSize, vector.length));
  }
  return total;
}

/** Sums the squares from `start` (a multiple of 4) to `end`: lane j takes the indices congruent to j modulo 4. */
function squaredNormOfBlock(vector: Float32Array, start: number, end: number): number {
  let lane0 = 0;
  let lane1 = 0;
  let lane2 = 0;
  let lane3 = 0;
  const whole = end - ((end - start) & 3);
  for (let i = start; i < whole; i += 4) {
    lane0 += vector[i]! * vector[i]!;
    lane1 += vector[i + 1]! * vector[i + 1]!;
    lane2 += vector[i + 2]! * vector[i + 2]!;
    lane3 += vector[i + 3]! * vector[i + 3]!;
  }
  if (whole < end) lane0 += vector[whole]! * vector[whole]!;
  if (whole + 1 < end) lane1 += vector[whole + 1]! * vector[whole + 1]!;
  if (whole + 2 < end) lane2 += vector[whole + 2]! * vector[whole + 2]!;
  return lane0 + lane2 + (lane1 + lane3);
}

/** Computes the L2 norm of a whole flat vector, in float64. */
export function globalNorm(vector: Float32Array): number {
  return Math.sqrt(squaredNorm(vector));
}

/** Finds the largest absolute value; NaN when a value is. */
export function largestMagnitude(vector: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < vector.length; i++) {
    const magnitude = Math.abs(vector[i]!);
    if (!(magnitude <= largest)) largest = magnitude;
  }
  return largest;
}

export interface Following {
  /** Sum of the squares of what has changed, float64. */
  readonly change: number;
  /** Sum of the squares of what it is now. */
  readonly squares: number;
}

/** Brings `copy` up to date with `source`; the sums go by blocks and lanes as in `squaredNorm`. */
export function followInto(copy: Float32Array, source: Float32Array): Following {
  let change = 0;
  for (let start = 0; start < copy.length; start += normBlockSize) {
    const lanes = new Float64Array(4);
    for (let i = start; i < Math.min(start + normBlockSize, copy.length); i++) {
      const difference = source[i]! - copy[i]!;
      lanes[i & 3]! += difference * difference;
    }
    change += lanes[0]! + lanes[2]! + (lanes[1]! + lanes[3]!);
  }
  copy.set(source);
  return { change, squares: squaredNorm(copy) };
}

/** Adds `source` to `target` in place, float32; the caller's order of calls is the order of the sum. */
export function addInto(target: Float32Array, source: Float32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! + source[i]!;
}

/** Multiplies every value by `factor` rounded to float32, with one rounding each. */
export function scaleInPlace(vector: Float32Array, factor: number): void {
  const rounded = Math.fround(factor);
  for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! * rounded;
}

/** Divides a sum by `count` in place: v = fround(v / count). */
export function meanInto(vector: Float32Array, count: number): void {
  for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! / count;
}

/** Names the first tensor that holds a NaN or an Infinity; undefined when all values are finite. */
export function firstNonFinite(vector: Float32Array, layout: Layout): string | undefined {
  if (Number.isFinite(squaredNorm(vector))) return undefined;
  return layout.tensors.find((tensor) => !Number.isFinite(squaredNorm(viewTensor(vector, tensor))))?.name;
}
