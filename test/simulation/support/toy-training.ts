// A training run small enough to be simulated: gradients that depend on weights, step and shard, real reduction and real updates.
import {
  applyUpdate,
  type TrainingState,
  type UpdateOutcome,
  type UpdateRules,
} from '../../../src/coordinator/apply-update.js';
import type { OnNonFinite } from '../../../src/coordinator/training-options.js';
import type { CorePlan, ShardHealth, ShardScore } from '../../../src/coordinator/core/state.js';
import { coverShards, reduceTree, rootNode, type TreeNode } from '../../../src/collective/tree.js';
import { createOptimizer } from '../../../src/optim/create-optimizer.js';
import { addInto, squaredNorm } from '../../../src/tensor/flat-vector.js';
import { createVectorArena } from '../../../src/tensor/vector-arena.js';
import { layTensors } from '../../../src/tensor/layout.js';
import { hashOf } from './random.js';

export interface ToyOptions {
  readonly shards: number;
  readonly steps: number;
  readonly minWorkers: number;
  readonly evaluateEvery: number;
  readonly saveEvery: number;
  readonly evaluationShards: number;
  readonly onNonFinite: OnNonFinite;
  /** Some shards have a gradient that is not finite, whoever computes them. */
  readonly isPoisoned: boolean;
  readonly hasEmptyShards: boolean;
  /** Leases whose gradients may be on their way at once. */
  readonly maxUploads: number;
}

export const layout = layTensors([
  { name: 'weight', shape: [3, 3], group: 'recurrent' },
  { name: 'bias', shape: [3], group: 'bias' },
]);

export function countOf(options: ToyOptions, step: number, shard: number): number {
  const count = hashOf(1, step, shard) % 4;
  return options.hasEmptyShards ? count : count + 1;
}

const isPoison = (options: ToyOptions, step: number, shard: number): boolean =>
  options.isPoisoned && hashOf(2, step, shard) % 7 === 0;

/** The shards that a step sums, ascending: those without rows and those left out are not among them. */
export function wantedShards(options: ToyOptions, step: number): number[] {
  const shards = Array.from({ length: options.shards }, (_, shard) => shard);
  return shards.filter((shard) => countOf(options, step, shard) > 0 && !isPoison(options, step, shard));
}

/** The gradient of a shard's summed loss: thirds, so that every sum rounds and its order shows in the bits. */
export function gradientOf(
  options: ToyOptions,
  params: Float32Array,
  step: number,
  shard: number,
): { readonly vector: Float32Array; readonly health: ShardHealth } {
  const bits = new Uint32Array(params.buffer, params.byteOffset, params.length);
  const vector = Float32Array.from(params, (_, i) => ((hashOf(3, step, shard, i, bits[i] ?? 0) % 2001) - 1000) / 3);
  const nonFinite = isPoison(options, step, shard);
  if (nonFinite) vector[4] = Infinity;
  const norm = squaredNorm(vector);
  const loss = (hashOf(4, step, shard, bits[0] ?? 0) % 1000) / 7;
  return {
    vector,
    health: {
      shard,
      loss,
      count: countOf(options, step, shard),
      squaredNorm: norm,
      nonFinite: nonFinite ? 'weight' : '',
    },
  };
}

export function scoreOf(params: Float32Array, shard: number): ShardScore {
  const bits = new Uint32Array(params.buffer, params.byteOffset, params.length);
  return {
    shard,
    count: 4,
    correct: hashOf(5, shard, bits[1] ?? 0) % 5,
    loss: (hashOf(6, shard, bits[2] ?? 0) % 1000) / 7,
  };
}

/** One sum per tree node that the finite shards fill, as a worker sends them. */
function partialSums(
  leaves: ReadonlyMap<number, Float32Array>,
  shards: number,
): { readonly node: TreeNode; readonly vector: Float32Array }[] {
  return coverShards(new Set(leaves.keys()), shards).map((node) => ({
    node,
    vector: sumOf(node, leaves, shards) ?? new Float32Array(layout.size),
  }));
}

/** What a worker makes of a lease; a flawed shard comes out not finite. */
export function trainingOf(
  options: ToyOptions,
  params: Float32Array,
  step: number,
  shards: readonly number[],
  isFlawed: (shard: number) => boolean,
): { readonly reports: ShardHealth[]; readonly nodes: { readonly node: TreeNode; readonly vector: Float32Array }[] } {
  const leaves = new Map<number, Float32Array>();
  const reports = shards.map((shard): ShardHealth => {
    const { vector, health } = gradientOf(options, params, step, shard);
    if (health.nonFinite !== '') return health;
    if (isFlawed(shard)) return { ...health, squaredNorm: NaN, nonFinite: 'bias' };
    leaves.set(shard, vector);
    return health;
  });
  return { reports, nodes: partialSums(leaves, options.shards) };
}

function sumOf(node: TreeNode, leaves: ReadonlyMap<number, Float32Array>, shards: number): Float32Array | undefined {
  const held = (inner: TreeNode): Float32Array | undefined =>
    inner.level === 0 ? leaves.get(inner.index)?.slice() : undefined;
  return reduceTree(node, shards, held, (left, right) => {
    addInto(left, right);
    return left;
  });
}

export function planOf(options: ToyOptions): CorePlan {
  return {
    numShards: options.shards,
    totalSteps: options.steps,
    evaluateEvery: options.evaluateEvery,
    saveEvery: options.saveEvery,
    minWorkers: options.minWorkers,
    onNonFinite: options.onNonFinite,
    numEvaluationShards: options.evaluationShards,
    isStrict: true,
    sendsSums: true,
    heartbeatTimeoutMs: 3000,
    maxUploads: options.maxUploads,
    targetCount: (purpose, step, shard) => (purpose === 'train' ? countOf(options, step, shard) : 4),
    exampleIds: (_purpose, step, shard) =>
      Array.from({ length: countOf(options, step, shard) }, (_, row) => 100 * shard + row),
  };
}

/** With plain arrays and the oracles, unless an arena is given. */
export function rulesOf(options: ToyOptions, arena = createVectorArena({ maxPages: 0 })): UpdateRules {
  return {
    arena,
    digestAlgorithm: 'blocks',
    layout,
    numShards: options.shards,
    optimizer: createOptimizer({
      name: 'adam',
      momentum: 0,
      beta1: 0.9,
      beta2: 0.999,
      nesterov: false,
      alpha: 0.99,
      amsgrad: false,
      epsilon: 1e-8,
      weightDecay: 0,
    }),
    schedule: {
      name: 'constant',
      learningRate: 0.01,
      warmupSteps: 0,
      totalSteps: options.steps,
      minLearningRate: 0,
      decaySteps: 1,
      decayFactor: 1,
      patience: 0,
    },
    clip: [{ name: 'global-norm', maxNorm: 1, order: 2 }],
    skipsNonFinite: false,
    l1: 0,
    l2: 0.001,
  };
}

export function initialState(options: ToyOptions): TrainingState {
  const params = Float32Array.from({ length: layout.size }, (_, i) => (hashOf(7, i) % 100) / 300);
  return { step: 0, params, optimizer: rulesOf(options).optimizer.init(layout.size) };
}

export type StepResult = Pick<UpdateOutcome, 'digest' | 'loss' | 'count'>;

/** What each step of an undisturbed run commits, computed in one loop without any of the machinery under test. */
export function referenceSteps(options: ToyOptions): StepResult[] {
  const state = initialState(options);
  const rules = rulesOf(options);
  const steps: StepResult[] = [];
  for (let step = 0; step < options.steps; step += 1) {
    const leaves = new Map<number, Float32Array>();
    const reports: ShardHealth[] = [];
    let isSkipped = false;
    for (let shard = 0; shard < options.shards; shard += 1) {
      if (countOf(options, step, shard) === 0) continue;
      const { vector, health } = gradientOf(options, state.params, step, shard);
      if (health.nonFinite !== '') isSkipped ||= options.onNonFinite === 'skip';
      else {
        leaves.set(shard, vector);
        reports.push(health);
      }
    }
    const sum = isSkipped ? undefined : sumOf(rootNode(options.shards), leaves, options.shards);
    steps.push(applyUpdate(state, rules, isSkipped ? [] : reports, sum && { left: sum }));
  }
  return steps;
}
