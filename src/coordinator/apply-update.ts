// The end of a step: sum to mean, penalties, norm, clip, optimizer. Reads from top to bottom as docs/numerics.md tells it.
import { digestState } from '../checkpoint/digest.js';
import { reduceTree, rootNode } from '../collective/tree.js';
import { NumericalError } from '../errors.js';
import { clipGradients, type ClipOptions, type ClipResult } from '../optim/clip.js';
import type { Optimizer, OptimizerState } from '../optim/optimizer.js';
import { addPenalties } from '../optim/penalty.js';
import { learningRateAt, type ScheduleOptions } from '../optim/schedule.js';
import type { Layout } from '../tensor/layout.js';
import { meanNormIn, squaredNormIn, type GradientSum } from '../tensor/reduce.js';
import type { VectorArena } from '../tensor/vector-arena.js';
import type { ShardHealth } from './core/state.js';

export interface TrainingState {
  /** Steps done. */
  step: number;
  readonly params: Float32Array;
  readonly optimizer: OptimizerState;
}

/** Copies a state into vectors of `arena`, where kernels reach it. */
export function placeState(arena: VectorArena, { step, params, optimizer }: TrainingState): TrainingState {
  const place = (vector: Float32Array): Float32Array => {
    const placed = arena.allocate(vector.length);
    placed.set(vector);
    return placed;
  };
  const moments = Object.entries(optimizer.moments).map(([name, vector]) => [name, place(vector)]);
  return {
    step,
    params: place(params),
    optimizer: { moments: Object.fromEntries(moments), scalars: { ...optimizer.scalars } },
  };
}

export interface UpdateRules {
  /** Where the vectors of the state and of the gradients lie. */
  readonly arena: VectorArena;
  readonly layout: Layout;
  readonly numShards: number;
  readonly optimizer: Optimizer;
  readonly schedule: ScheduleOptions;
  readonly clip: ClipOptions;
  readonly l1: number;
  readonly l2: number;
  /** Leave an update out whose gradient is not finite, instead of stopping. */
  readonly skipsNonFinite: boolean;
}

export interface UpdateOutcome {
  readonly loss: number;
  readonly count: number;
  readonly gradNorm: number;
  readonly clippedNorm: number;
  readonly clipCoefficient: number;
  readonly learningRate: number;
  readonly digest: string;
  readonly skipped: boolean;
}

/**
 * Applies one step to `state` in place. `sum` is the gradient of the summed loss [parameters] and is overwritten; undefined:
 * the update is left out. Throws NumericalError GRADIENT_NOT_FINITE before (unless such updates are skipped) and WEIGHTS_NOT_FINITE
 * after the weights have changed; the state must then be given up.
 */
export function applyUpdate(
  state: TrainingState,
  rules: UpdateRules,
  reports: readonly ShardHealth[],
  sum: GradientSum | undefined,
): UpdateOutcome {
  const learningRate = learningRateAt(rules.schedule, state.step);
  const count = reports.reduce((total, report) => total + report.count, 0);
  const loss = meanLoss(reports, rules.numShards, count);
  state.step += 1;
  const skip = (): UpdateOutcome => {
    const digest = digestState(state.params, state.optimizer);
    return { loss, count, gradNorm: NaN, clippedNorm: NaN, clipCoefficient: 1, learningRate, digest, skipped: true };
  };
  if (!sum || count === 0) return skip();
  meanNormIn(rules.arena, sum, count);
  const grads = sum.left;
  addPenalties(grads, state.params, rules.layout, rules);
  const clipped = clipOrSkip(rules, grads);
  if (!clipped) return skip();
  rules.optimizer.update(state.optimizer, state.params, grads, learningRate);
  if (!Number.isFinite(squaredNormIn(rules.arena, state.params))) {
    throw new NumericalError(
      'WEIGHTS_NOT_FINITE',
      `Step ${state.step}: the weights are no longer finite after the update (gradient norm ${clipped.gradNorm}, learning rate ${learningRate}). ` +
        'The step was not committed. Lower --learning-rate, or clip with --clip global-norm.',
    );
  }
  return { loss, count, ...clipped, learningRate, digest: digestState(state.params, state.optimizer), skipped: false };
}

/** Shards that are finite one by one may overflow in their sum: no worker has seen that, and no other would compute it better. */
function clipOrSkip({ clip, skipsNonFinite }: UpdateRules, gradients: Float32Array): ClipResult | undefined {
  try {
    return clipGradients(clip, gradients);
  } catch (error) {
    if (skipsNonFinite && error instanceof NumericalError && error.code === 'GRADIENT_NOT_FINITE') return undefined;
    throw error;
  }
}

/** The losses are summed in float64 along the tree: the same bits in whatever order they came. */
function meanLoss(reports: readonly ShardHealth[], numShards: number, count: number): number {
  const losses = new Map(reports.map((report) => [report.shard, report.loss]));
  const leaf = (node: { level: number; index: number }): number | undefined =>
    node.level === 0 ? losses.get(node.index) : undefined;
  const sum = reduceTree(rootNode(numShards), numShards, leaf, (left, right) => left + right) ?? 0;
  return count > 0 ? sum / count : NaN;
}
