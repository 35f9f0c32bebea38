// Sum, mean and norm of vectors in an arena: by its kernels, or by the oracles of flat-vector.ts for what lies elsewhere.
import { addInto, followInto, meanInto, normBlockSize, squaredNorm, type Following } from './flat-vector.js';
import { eachValue, type Operand } from './kernel-team.js';
import type { VectorArena } from './vector-arena.js';

/** Writes f(left + right) to `target`, float32, which may be `left`. */
export function addIn(arena: VectorArena, target: Float32Array, left: Float32Array, right: Float32Array): void {
  const at = [target, left, right].map((vector) => arena.addressOf(vector));
  if (arena.team && at.every((address) => address !== undefined)) {
    arena.team.run('add', target.byteLength, at.map(eachValue));
    return;
  }
  if (target !== left) target.set(left);
  addInto(target, right);
}

/** Sums the squares of `vector` as `squaredNorm` does. */
export function squaredNormIn(arena: VectorArena, vector: Float32Array): number {
  const at = arena.addressOf(vector);
  if (!arena.team || at === undefined) return squaredNorm(vector);
  const { team } = arena;
  const sum = sumBlocksIn(arena, vector.length, (sums) =>
    team.run('squaredNorm', vector.byteLength, [eachValue(at), sums]),
  );
  return sum ?? squaredNorm(vector);
}

/** The last sum of a step, which is not taken yet; without `right`, `left` is all of it. */
export interface GradientSum {
  readonly left: Float32Array;
  readonly right?: Float32Array;
  /** Where the mean goes, when `left` must not be written. */
  readonly target?: Float32Array;
}

/** Makes `target` (else `left`) the mean, f(f(left + right) / count), in one pass over memory; returns the sum of its squares. */
export function meanNormIn(arena: VectorArena, sum: GradientSum, count: number): number {
  return meanNormByKernel(arena, sum, count) ?? meanNormByOracles(sum, count);
}

function meanNormByOracles({ left, right, target = left }: GradientSum, count: number): number {
  if (target !== left) target.set(left);
  if (right) addInto(target, right);
  meanInto(target, count);
  return squaredNorm(target);
}

function meanNormByKernel(
  arena: VectorArena,
  { left, right, target = left }: GradientSum,
  count: number,
): number | undefined {
  const { team } = arena;
  const at = [target, left, ...(right ? [right] : [])].map((vector) => arena.addressOf(vector));
  // A count that float32 cannot hold is divided by in float64; the kernels divide in float32.
  const isForKernels = at.every((address) => address !== undefined) && Math.fround(count) === count;
  if (!team || !isForKernels) return undefined;
  const name = right ? 'addMeanNorm' : 'meanNorm';
  return sumBlocksIn(arena, target.length, (sums) =>
    team.run(name, target.byteLength, [...at.map(eachValue), count, sums]),
  );
}

/** Brings `copy` up to date with `source`; says how much has changed, as `followInto` does. */
export function followIn(arena: VectorArena, copy: Float32Array, source: Float32Array): Following {
  const { team } = arena;
  const [to, from] = [arena.addressOf(copy), arena.addressOf(source)];
  if (!team || to === undefined || from === undefined) return followInto(copy, source);
  let squares: number | undefined;
  const change = sumBlocksIn(arena, copy.length, (changes) => {
    squares = sumBlocksIn(arena, copy.length, (sums) =>
      team.run('follow', copy.byteLength, [eachValue(to), eachValue(from), changes, sums]),
    );
  });
  return change === undefined || squares === undefined ? followInto(copy, source) : { change, squares };
}

/**
 * Lets kernels write a float64 for each block of vectors of `length`; returns their sum in the order of the blocks. Undefined,
 * and nothing was run, where the arena has no room.
 */
export function sumBlocksIn(arena: VectorArena, length: number, run: (sums: Operand) => void): number | undefined {
  const blocks = Math.ceil(length / normBlockSize);
  const room = arena.allocate(2 * blocks);
  try {
    const at = arena.addressOf(room);
    if (at === undefined) return undefined;
    run({ at, step: Float64Array.BYTES_PER_ELEMENT });
    const sums = new Float64Array(room.buffer, room.byteOffset, blocks);
    return sums.reduce((total, sum) => total + sum, 0);
  } finally {
    arena.free(room);
  }
}
