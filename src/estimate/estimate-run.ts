// What a run will cost, before it runs: sizes from the plan, bytes from the protocol, time and memory from a short trial.
import { chooseForModel } from '../backend/available-backends.js';
import type { TrainingOptions } from '../coordinator/training-options.js';
import { isEvaluationDueAfter } from '../coordinator/core/state.js';
import type { SplitName } from '../data/dataset.js';
import { prepareRun } from '../launch/prepare-run.js';
import { numWorkers } from '../launch/worker-pool.js';
import { createOptimizer } from '../optim/create-optimizer.js';
import { withRollback } from '../optim/rollback.js';
import { isOwnModel, type AnyModelSpec } from '../params/own-model-spec.js';
import { coordinatorMemory, workerMemory } from './memory.js';
import { runTrial, type TrialOptions, type TrialResult } from './trial-run.js';
import { bytesOfBlocks, bytesOfStep, type WorkerBytes } from './wire-bytes.js';

export interface RunEstimate {
  readonly parameters: number;
  readonly backend: string;
  readonly shards: number;
  readonly globalBatch: number;
  /** Examples of each split that there is. */
  readonly examples: Readonly<Partial<Record<SplitName, number>>>;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly evaluations: number;
  /** One for each worker. */
  readonly bytesPerStep: readonly WorkerBytes[];
  /** Training data on the wire: a worker comes to hold all of it, as far as its cache goes. */
  readonly dataBytes: number;
  readonly memory: { readonly coordinatorBytes: number; readonly workerBytes: number };
  /** What of this run the figures leave out, in words. */
  readonly notCounted: readonly string[];
  /** Undefined: nothing was to be measured. */
  readonly measured?: TrialResult;
  /** Of the whole run; undefined: no step was timed. */
  readonly seconds?: number;
}

export interface EstimateOptions extends TrialOptions {
  readonly measures: boolean;
}

/** Estimates a run. Throws as the run itself would, for its data, its model and its first steps. */
export async function estimateRun(training: TrainingOptions, options: EstimateOptions): Promise<RunEstimate> {
  const { backend, execution } = chooseForModel(training);
  const prepared = await prepareRun(training);
  const { plan } = prepared;
  const { train, valid, test } = plan.dataset;
  const workers = numWorkers(options.workers, backend, training.shards);
  const bytesPerStep = bytesOfStep(plan, workers, 0);
  const nodes = bytesPerStep.reduce((sum, worker) => sum + worker.nodes, 0);
  const shards = Math.max(...bytesPerStep.map((worker) => worker.shards));
  const shape = { backend, execution, moments: numMoments(training), shards, nodes };
  const evaluations = countEvaluations(plan.core);
  const measured = options.measures ? await runTrial(training, prepared, options) : undefined;
  const seconds = measured && secondsOf(measured, plan.totalSteps, evaluations);
  return {
    parameters: plan.layout.size,
    backend,
    shards: training.shards,
    globalBatch: training.globalBatch,
    examples: { train: train.size, ...(valid && { valid: valid.size }), test: test.size },
    stepsPerEpoch: plan.stepsPerEpoch,
    totalSteps: plan.totalSteps,
    evaluations,
    bytesPerStep,
    dataBytes: bytesOfBlocks(train.blocks),
    memory: { coordinatorBytes: coordinatorMemory(plan, shape), workerBytes: workerMemory(plan, shape) },
    notCounted: listOmissions(plan.model),
    ...(measured && { measured }),
    ...(seconds !== undefined && { seconds }),
  };
}

function listOmissions(model: AnyModelSpec): string[] {
  if (!isOwnModel(model)) return [];
  return [
    'in the estimated memory: what your own model keeps, of a batch and between steps; only its own code knows, and the measured memory shows it',
  ];
}

/** Vectors that the optimizer keeps beside the weights. */
function numMoments({ optimizer, spikes }: TrainingOptions): number {
  const fresh = createOptimizer(optimizer).init(1);
  const kept = spikes?.reaction === 'rollback' ? withRollback(fresh, new Float32Array(1)) : fresh;
  return Object.keys(kept.moments).length;
}

function countEvaluations(core: Parameters<typeof isEvaluationDueAfter>[0]): number {
  const { evaluateEvery, totalSteps } = core;
  const atCadence = evaluateEvery > 0 ? Math.floor(totalSteps / evaluateEvery) : 0;
  const isLastBeside =
    (evaluateEvery === 0 || totalSteps % evaluateEvery > 0) && isEvaluationDueAfter(core, totalSteps);
  return atCadence + (isLastBeside ? 1 : 0);
}

function secondsOf({ startMs, stepMs, evaluationMs = 0 }: TrialResult, steps: number, evaluations: number) {
  return stepMs === undefined ? undefined : (startMs + steps * stepMs + evaluations * evaluationMs) / 1000;
}
