// Sum, mean and norm of vectors in an arena: by its kernels, or by the oracles of flat-vector.ts for what lies elsewhere.
import { addInto, meanInto, squaredNorm } from './flat-vector.js';
import type { VectorArena } from './vector-arena.js';

/** Adds `source` to `target` in place, float32. */
export function addIn(arena: VectorArena, target: Float32Array, source: Float32Array): void {
  const [to, from] = [arena.addressOf(target), arena.addressOf(source)];
  if (!arena.kernels || to === undefined || from === undefined) addInto(target, source);
  else arena.kernels.add(to, from, target.byteLength);
}

/** Sums the squares of `vector` as `squaredNorm` does. */
export function squaredNormIn(arena: VectorArena, vector: Float32Array): number {
  const address = arena.addressOf(vector);
  if (!arena.kernels || address === undefined) return squaredNorm(vector);
  return arena.kernels.squaredNorm(address, vector.byteLength, 0);
}

/** The last sum of a step, which is not taken yet; without `right`, `left` is all of it. */
export interface GradientSum {
  readonly left: Float32Array;
  readonly right?: Float32Array;
}

/** Makes `sum.left` the mean, f(f(left + right) / count), in one pass over memory; returns the sum of its squares. */
export function meanNormIn(arena: VectorArena, { left, right }: GradientSum, count: number): number {
  const to = arena.addressOf(left);
  const from = right && arena.addressOf(right);
  // A count that float32 cannot hold is divided by in float64; the kernels divide in float32.
  const isForKernels = to !== undefined && Math.fround(count) === count && (!right || from !== undefined);
  if (!arena.kernels || !isForKernels) {
    if (right) addInto(left, right);
    meanInto(left, count);
    return squaredNorm(left);
  }
  if (from === undefined) return arena.kernels.meanNorm(to, left.byteLength, count, 0);
  return arena.kernels.addMeanNorm(to, from, left.byteLength, count, 0);
}
