// The end of a step: sum to mean, penalties, norm, clip, optimizer. Reads from top to bottom as docs/numerics.md tells it.
import { digestState, type DigestAlgorithm } from '../checkpoint/digest.js';
import { reduceTree, rootNode } from '../collective/tree.js';
import { NumericalError } from '../errors.js';
import type { ByGroup } from '../optim/by-group.js';
import { type ClipChain, clipFactor, clipGradients, type ClipResult, gradientNotFinite } from '../optim/clip.js';
import { updateInOnePass } from '../optim/one-pass.js';
import type { Optimizer, OptimizerState } from '../optim/optimizer.js';
import { addPenalties } from '../optim/penalty.js';
import { plateauFactor } from '../optim/plateau.js';
import { putBy, rollBack } from '../optim/rollback.js';
import { learningRateAt, type ScheduleOptions } from '../optim/schedule.js';
import { cutLearningRate, findSpike, spikeRateFactor, type Spike, type SpikeRule } from '../optim/spike.js';
import { digestBlocksIn } from '../tensor/block-digest.js';
import type { Layout } from '../tensor/layout.js';
import { meanNormIn, squaredNormIn, type GradientSum } from '../tensor/reduce.js';
import type { VectorArena } from '../tensor/vector-arena.js';
import type { BufferValues } from './batch-statistics.js';
import type { ShardHealth } from './core/state.js';

export interface TrainingState {
  /** Steps done. */
  step: number;
  /** Of `step`; an update may lay them elsewhere. */
  params: Float32Array;
  readonly optimizer: OptimizerState;
  /** What a checkpoint held of the state that travels with shards, by shard. */
  readonly carried?: Readonly<Record<string, Uint8Array>>;
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
    optimizer: {
      moments: Object.fromEntries(moments),
      scalars: { ...optimizer.scalars },
      histories: structuredClone(optimizer.histories),
    },
  };
}

export interface UpdateRules {
  /** Where the vectors of the state and of the gradients lie. */
  readonly arena: VectorArena;
  readonly digestAlgorithm: DigestAlgorithm;
  readonly layout: Layout;
  readonly numShards: number;
  readonly optimizer: Optimizer;
  readonly schedule: ScheduleOptions;
  readonly clip: ClipChain;
  readonly l1: ByGroup;
  readonly l2: ByGroup;
  /** Undefined: nobody looks for spikes. */
  readonly spikes?: SpikeRule;
  /** What statistics set buffers to at this step's end. */
  readonly buffers?: readonly BufferValues[];
  /** Leave an update out whose gradient is not finite, instead of stopping. */
  readonly skipsNonFinite: boolean;
}

/** Who looks on while a step is applied. */
export interface UpdateObserver {
  /** The mean gradient with its penalties, before clipping. */
  onGradient(mean: Float32Array): void;
  /** Before anything is done about it: the state is still that of the step before. */
  onSpike(spike: Spike): void;
}

export interface UpdateOutcome extends ClipResult {
  readonly loss: number;
  readonly count: number;
  readonly learningRate: number;
  readonly digest: string;
  readonly skipped: boolean;
  /** `toStep`: the step that the state has gone back to. */
  readonly spike?: Spike & { readonly toStep?: number };
}

/**
 * Applies one step to `state` in place; `placeFor` may say where the weights after a step are to lie. `sum` is the gradient of the summed loss [parameters] and is overwritten; undefined:
 * the update is left out. Throws NumericalError GRADIENT_NOT_FINITE before (unless such updates are skipped) and WEIGHTS_NOT_FINITE
 * after the weights have changed, SPIKES_PERSIST when going back does not help; the state must then be given up.
 */
export function applyUpdate(
  state: TrainingState,
  rules: UpdateRules,
  reports: readonly ShardHealth[],
  sum: GradientSum | undefined,
  observer?: UpdateObserver,
  placeFor?: (step: number) => Float32Array | undefined,
): UpdateOutcome {
  const { params, optimizer } = state;
  const count = reports.reduce((total, report) => total + report.count, 0);
  const loss = meanLoss(reports, rules.numShards, count);
  const scheduledRate = learningRateAt(rules.schedule, state.step) * plateauFactor(optimizer.scalars);
  const seal = (known?: ReadonlyMap<Float32Array, Uint8Array>) => ({
    loss,
    count,
    learningRate: scheduledRate * spikeRateFactor(optimizer.scalars),
    digest: digestTraining(state, rules, known),
  });
  state.step += 1;
  const skip = (): UpdateOutcome => ({ ...seal(), gradNorm: NaN, clippedNorm: NaN, clipCoefficient: 1, skipped: true });
  if (!sum || count === 0) return skip();
  // An infinite variance leaves a gradient of 0: nothing else would notice.
  if (!(rules.buffers ?? []).every(({ values }) => values.every(Number.isFinite))) {
    if (rules.skipsNonFinite) return skip();
    throw averagesNotFinite(state.step);
  }

  const { arena, layout } = rules;
  const grads = sum.target ?? sum.left;
  const squares = meanNormIn(arena, sum, count);
  const hasPenalty = addPenalties(grads, params, layout, rules);
  const gradNorm = Math.sqrt(hasPenalty ? squaredNormIn(arena, grads) : squares);
  observer?.onGradient(grads);
  const spike = rules.spikes && findSpike(optimizer, gradNorm, rules.spikes);
  if (spike) observer?.onSpike(spike);
  if (spike?.reaction === 'skip' || spike?.reaction === 'rollback') {
    const toStep = spike.reaction === 'rollback' ? { toStep: rollBack(optimizer, params) } : {};
    const unused = { gradNorm: spike.gradNorm, clippedNorm: 0, clipCoefficient: 0, skipped: true };
    return { ...seal(), ...unused, spike: { ...spike, ...toStep } };
  }
  if (spike?.reaction === 'cut') cutLearningRate(optimizer);

  if (!Number.isFinite(gradNorm)) {
    // Shards that are finite one by one may overflow in their sum: no worker has seen that, and no other would compute it better.
    if (rules.skipsNonFinite) return skip();
    throw gradientNotFinite(gradNorm);
  }
  const factor = clipFactor(rules.clip, gradNorm);
  const clipped = factor ? undefined : clipGradients(rules.clip, grads, { params, layout, memory: optimizer });
  const learningRate = scheduledRate * spikeRateFactor(optimizer.scalars);
  const clipCoefficient = factor?.clipCoefficient ?? 1;
  const target = placeFor?.(state.step) ?? params;
  const pass = updateInOnePass(arena, rules.optimizer, {
    params,
    target,
    state: optimizer,
    grads,
    learningRate,
    clipCoefficient,
  });
  if (!pass.hasFiniteWeights) throw weightsNotFinite(state.step, gradNorm, learningRate);
  state.params = target;
  const blockDigests = setBuffers(target, rules.buffers ?? [], pass.blockDigests);
  if (rules.spikes?.reaction === 'rollback' && !spike && state.step % rules.spikes.rollbackEvery === 0) {
    putBy(optimizer, target, state.step);
  }
  const clips = clipped ?? { gradNorm, clippedNorm: Math.sqrt(pass.clippedSquaredNorm), clipCoefficient, ...factor };
  return { ...seal(blockDigests), ...clips, skipped: false, ...(spike && { spike }) };
}

/** Sets buffers; a digest of the weights that was taken before is then none. */
function setBuffers(
  params: Float32Array,
  buffers: readonly BufferValues[],
  digests: ReadonlyMap<Float32Array, Uint8Array> | undefined,
): ReadonlyMap<Float32Array, Uint8Array> | undefined {
  if (buffers.length === 0) return digests;
  for (const { offset, values } of buffers) params.set(values, offset);
  return new Map([...(digests ?? [])].filter(([vector]) => vector !== params));
}

function averagesNotFinite(step: number): NumericalError {
  return new NumericalError(
    'WEIGHTS_NOT_FINITE',
    `Step ${step}: the running averages of batch normalisation would not be finite, and the weights are unharmed. ` +
      'Look for numbers in the data that are too large, or lower --learning-rate; --on-nonfinite skip leaves such steps out.',
  );
}

function weightsNotFinite(step: number, gradNorm: number, learningRate: number): NumericalError {
  return new NumericalError(
    'WEIGHTS_NOT_FINITE',
    `Step ${step}: the weights are no longer finite after the update (gradient norm ${gradNorm}, learning rate ${learningRate}). ` +
      'The step was not committed. Lower --learning-rate, or clip with --clip global-norm.',
  );
}

/** Digests a state; `known` holds the block digests of vectors that need not be read once more. */
export function digestTraining(
  { params, optimizer }: TrainingState,
  { arena, digestAlgorithm }: Pick<UpdateRules, 'arena' | 'digestAlgorithm'>,
  known?: ReadonlyMap<Float32Array, Uint8Array>,
): string {
  const digestBlocks = (vector: Float32Array): Uint8Array => known?.get(vector) ?? digestBlocksIn(arena, vector);
  return digestState(params, optimizer, { algorithm: digestAlgorithm, digestBlocks });
}

/** The losses are summed in float64 along the tree: the same bits in whatever order they came. */
function meanLoss(reports: readonly ShardHealth[], numShards: number, count: number): number {
  const losses = new Map(reports.map((report) => [report.shard, report.loss]));
  const leaf = (node: { level: number; index: number }): number | undefined =>
    node.level === 0 ? losses.get(node.index) : undefined;
  const sum = reduceTree(rootNode(numShards), numShards, leaf, (left, right) => left + right) ?? 0;
  return count > 0 ? sum / count : NaN;
}
