// The end of a step in one pass over memory: clip by a factor, optimizer, check of the weights, digests of what was written.
import { blockDigestBytes, numBlocks } from '../tensor/block-digest.js';
import { scaleInPlace } from '../tensor/flat-vector.js';
import { eachValue } from '../tensor/kernel-team.js';
import { squaredNormIn, sumBlocksIn } from '../tensor/reduce.js';
import type { VectorArena } from '../tensor/vector-arena.js';
import type { Optimizer, OptimizerState } from './optimizer.js';

export interface OnePass {
  readonly params: Float32Array;
  /** Where the new weights go; by default `params`, which is otherwise left as it is. */
  readonly target?: Float32Array;
  readonly state: OptimizerState;
  /** The mean gradient; what is left in it is of no use to anybody. */
  readonly grads: Float32Array;
  readonly learningRate: number;
  /** Multiplies the gradient, a float32; 1: the gradient keeps its bits. */
  readonly clipCoefficient: number;
}

export interface OnePassOutcome {
  /** Of the gradient as it was applied. */
  readonly clippedSquaredNorm: number;
  readonly hasFiniteWeights: boolean;
  /** Digests of the blocks of what was written, where the pass has taken them. */
  readonly blockDigests: ReadonlyMap<Float32Array, Uint8Array>;
}

/** Updates `state` in place, and `params`, there or into `target`: with the optimizer's kernel where it has one, or with the oracles, to the same bits. */
export function updateInOnePass(arena: VectorArena, optimizer: Optimizer, pass: OnePass): OnePassOutcome {
  return updateByKernel(arena, optimizer, pass) ?? updateByOracles(arena, optimizer, pass);
}

function updateByOracles(arena: VectorArena, optimizer: Optimizer, pass: OnePass): OnePassOutcome {
  const { state, grads, learningRate, clipCoefficient, params: before, target: params = before } = pass;
  if (params !== before) params.set(before);
  if (clipCoefficient !== 1) scaleInPlace(grads, clipCoefficient);
  const clippedSquaredNorm = squaredNormIn(arena, grads);
  optimizer.update(state, params, grads, learningRate);
  const hasFiniteWeights = Number.isFinite(squaredNormIn(arena, params));
  return { clippedSquaredNorm, hasFiniteWeights, blockDigests: new Map() };
}

function updateByKernel(arena: VectorArena, { kernel }: Optimizer, pass: OnePass): OnePassOutcome | undefined {
  const { params, target = params, state, grads, learningRate, clipCoefficient: clip } = pass;
  const { team } = arena;
  if (!team || !kernel) return undefined;
  const moments = kernel.moments.flatMap((name) => state.moments[name] ?? []);
  const written = [target, ...moments];
  const stride = blockDigestBytes * numBlocks(params.length);
  const room = arena.allocate((written.length * stride) / 4);
  try {
    const vectors = [target, params, grads, ...moments].map((vector) => arena.addressOf(vector));
    const digestsAt = arena.addressOf(room);
    if (!vectors.every((address) => address !== undefined) || digestsAt === undefined) return undefined;
    const digests = written.map((_, i) => ({ at: digestsAt + i * stride, step: blockDigestBytes }));
    const clippedSquaredNorm = sumBlocksIn(arena, params.length, (sums) => {
      const factors = kernel.advance(state, learningRate);
      team.run(kernel.name, params.byteLength, [...vectors.map(eachValue), clip, ...factors, sums, ...digests]);
    });
    if (clippedSquaredNorm === undefined) return undefined;
    const bytes = new Uint8Array(room.buffer, room.byteOffset, room.byteLength).slice();
    return {
      clippedSquaredNorm,
      hasFiniteWeights: !Number.isNaN(clippedSquaredNorm),
      blockDigests: new Map(written.map((vector, i) => [vector, bytes.subarray(i * stride, (i + 1) * stride)])),
    };
  } finally {
    arena.free(room);
  }
}
