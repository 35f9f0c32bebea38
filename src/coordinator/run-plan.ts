// What a run will do, step by step, as pure functions of data and options: who reads which example never depends on workers.
import {
  bucketOrder,
  dealShards,
  epochOrder,
  evaluationShards,
  locateStep,
  rowsPerShard,
  stepsPerEpoch,
  streamOrder,
} from '../data/dealing.js';
import type { Dataset, Split } from '../data/load-dataset.js';
import type { ScheduleOptions } from '../optim/schedule.js';
import { collectivesOf } from '../params/batch-statistics.js';
import {
  isOwnModel,
  layoutOfAnyModel,
  requireBuiltIn,
  type AnyModelSpec,
  type OwnModelSpec,
} from '../params/own-model-spec.js';
import { payloadBytes } from '../protocol/frame.js';
import { defaultLimits } from '../protocol/limits.js';
import type { RunSpec } from '../protocol/run-spec.js';
import type { Layout } from '../tensor/layout.js';
import { planCarriedState, type CarriedStatePlan } from './carried-state.js';
import type { CorePlan, Purpose } from './core/state.js';
import { modelOfData } from './model-of-data.js';
import { remember } from './remember.js';
import type { TrainingOptions } from './training-options.js';

/** Gradients that arrive at once: so many bytes that links are kept busy, and so many that one that is slow holds up nothing. */
const uploads = { bytes: 8 * 1024 * 1024, least: 4 } as const;

/** Rows of an evaluation shard: enough to be fast, fixed so that the sums never depend on the workers. */
const leastEvaluationRows = 64;

/** The shards of an evaluation that score one split. */
export interface SplitEvaluation {
  readonly split: Split;
  readonly firstShard: number;
  readonly shards: readonly Uint32Array[];
}

export interface RunPlan {
  readonly model: AnyModelSpec;
  readonly layout: Layout;
  /** What workers are told. */
  readonly spec: RunSpec;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly schedule: ScheduleOptions;
  readonly core: CorePlan;
  readonly dataset: Dataset;
  /** What every evaluation scores, in order: the first split chooses the best checkpoint. */
  readonly evaluations: readonly SplitEvaluation[];
  split(purpose: Purpose, shard: number): Split;
  exampleIds(purpose: Purpose, step: number, shard: number): Uint32Array;
  /** The padded shape of every shard of a step. */
  shape(purpose: Purpose, step: number): { readonly rows: number; readonly steps: number };
  /** The epoch that a step belongs to, as a fraction: 1.5 is half way through the second. */
  epochAfter(step: number): number;
  /** Rounds of statistics before a step's gradient, where sequences are as long as they get. */
  readonly maxCollectives: number;
  /** State that travels with each shard; undefined: rows start at zero. */
  readonly carried: CarriedStatePlan | undefined;
}

export function planRun(dataset: Dataset, options: TrainingOptions, ownModel?: OwnModelSpec): RunPlan {
  const { globalBatch, shards, seed, wire = 'f32', bucket = 0, carriesState = false } = options;
  const dropLast = options.dropLast || carriesState; // a stream has as many windows as every other
  const model = ownModel ?? modelOfData(dataset.spec, options);
  const layout = layoutOfAnyModel(model);
  const perEpoch = stepsPerEpoch(dataset.train.size, globalBatch, dropLast);
  const totalSteps = options.steps ?? perEpoch * (options.epochs ?? 1);
  const rows = rowsPerShard(globalBatch, shards);
  const evaluationRows = Math.max(rows, leastEvaluationRows);
  const evaluations = planEvaluations(dataset, evaluationRows);
  const evaluation = evaluations.flatMap((part) => part.shards.map((ids) => ({ split: part.split, ids })));
  const orderOf = remember(2, (epoch: number) => {
    if (carriesState) return streamOrder(dataset.train.size, globalBatch);
    const order = epochOrder(seed, epoch, dataset.train.size);
    if (bucket === 0) return order;
    return bucketOrder(order, dataset.train.lengths, { seed, epoch, globalBatch, bucket });
  });
  const dealOf = remember(4, (step: number) => {
    const { epoch, stepInEpoch } = locateStep(step, perEpoch);
    return dealShards(orderOf(epoch), stepInEpoch, globalBatch, shards);
  });
  const split = (purpose: Purpose, shard: number): Split =>
    purpose !== 'evaluate' ? dataset.train : (evaluation[shard]?.split ?? dataset.test);
  const exampleIds = (purpose: Purpose, step: number, shard: number): Uint32Array =>
    (purpose !== 'evaluate' ? dealOf(step)[shard] : evaluation[shard]?.ids) ?? new Uint32Array(0);
  const targetCount = (purpose: Purpose, step: number, shard: number): number => {
    const ids = exampleIds(purpose, step, shard);
    if (dataset.spec.targets.per === 'sequence') return ids.length;
    const { lengths } = split(purpose, shard);
    return ids.reduce((sum, id) => sum + (lengths[id] ?? 0), 0);
  };
  const longest = (ids: readonly Uint32Array[], lengths: Int32Array): number =>
    ids.reduce((most, shard) => shard.reduce((inner, id) => Math.max(inner, lengths[id] ?? 0), most), 1);
  const stepsOf = remember(4, (step: number) => longest(dealOf(step), dataset.train.lengths));
  return {
    model,
    layout,
    spec: { model, data: dataset.spec, parameters: layout.size, shards, rows, seed, wire },
    stepsPerEpoch: perEpoch,
    totalSteps,
    schedule: { ...options.schedule, totalSteps },
    dataset,
    evaluations,
    split,
    exampleIds,
    shape: (purpose, step) =>
      purpose !== 'evaluate' ? { rows, steps: stepsOf(step) } : { rows: evaluationRows, steps: dataset.spec.maxLength },
    epochAfter: (step) => step / perEpoch,
    maxCollectives: isOwnModel(model) ? 0 : collectivesOf(model, dataset.spec.maxLength).length,
    carried: carriesState
      ? planCarriedState(requireBuiltIn(model, '--bptt'), { shards, rows, stepsPerEpoch: perEpoch })
      : undefined,
    core: {
      numShards: shards,
      totalSteps,
      evaluateEvery: options.evaluateEvery ?? perEpoch,
      saveEvery: options.saveEvery ?? perEpoch,
      minWorkers: Math.max(1, options.minWorkers),
      onNonFinite: options.onNonFinite,
      numEvaluationShards: evaluation.length,
      ...(!isOwnModel(model) && { numCollectives: (step: number) => collectivesOf(model, stepsOf(step)).length }),
      isStrict: !options.allowMixedKernels,
      sendsSums: wire === 'f32',
      heartbeatTimeoutMs: defaultLimits.heartbeatTimeoutMs,
      maxUploads: Math.max(uploads.least, Math.floor(uploads.bytes / payloadBytes(wire, layout.size))),
      targetCount,
      exampleIds: (purpose, step, shard) => [...exampleIds(purpose, step, shard)],
    },
  };
}

function planEvaluations({ valid, test }: Dataset, rows: number): SplitEvaluation[] {
  const evaluations: SplitEvaluation[] = [];
  let firstShard = 0;
  for (const split of valid ? [valid, test] : [test]) {
    const shards = evaluationShards(split.size, rows);
    evaluations.push({ split, firstShard, shards });
    firstShard += shards.length;
  }
  return evaluations;
}
