// --save-spikes: what a step that spikes or is not finite depended on, kept for bridle replay.
import { encodeSavedStep, type SavedReport } from '../checkpoint/saved-step.js';
import type { StepSavedEvent } from '../metrics/events.js';
import { isOwnModel } from '../params/own-model-spec.js';
import { readFloats } from './batch-statistics.js';
import { batchesOfStep } from './batches-of-step.js';
import type { CarriedStates } from './carried-state.js';
import type { RunPlan } from './run-plan.js';
import type { RunRecorder } from './run-recorder.js';
import type { TrainingOptions } from './training-options.js';

export interface StepSaverOptions {
  readonly training: TrainingOptions;
  readonly plan: RunPlan;
  readonly runId: string;
  readonly recorder: RunRecorder;
  readonly carried: CarriedStates | undefined;
}

/** What a step is computed at, and what is known of it. */
export interface StepFigures {
  readonly params: Float32Array;
  readonly kernelId: string | undefined;
  /** NaN: none was taken. */
  readonly gradNorm: number;
  readonly reports: readonly SavedReport[];
  /** Of the step's collectives. */
  readonly totals: readonly Uint8Array[];
}

export class StepSaver {
  readonly #options: StepSaverOptions;
  #lastStep: number | undefined;

  constructor(options: StepSaverOptions) {
    this.#options = options;
  }

  /** Saves `step` (counted from 1), which is being computed or about to be applied, once, if the run is to keep such steps. */
  save(reason: StepSavedEvent['reason'], step: number, figures: StepFigures): void {
    const { training, plan, runId, recorder, carried } = this.#options;
    const { model } = plan;
    if (!training.saveSpikes || this.#lastStep === step || isOwnModel(model)) return;
    this.#lastStep = step;
    const { params, kernelId = '', gradNorm, reports, totals } = figures;
    const { l1, l2 } = training;
    const run = {
      spec: plan.spec,
      kernelId,
      penalty: { l1, l2 },
      totals: totals.map(readFloats),
      reports: reports.map(savedReport),
    };
    const shards = batchesOfStep(plan, step - 1, carried);
    recorder.saveStep(step, reason, encodeSavedStep({ runId, step, reason, gradNorm, model, params, shards, run }));
  }
}

/** A report without what travels with it. */
function savedReport({ shard, nonFinite, loss, count, squaredNorm }: SavedReport): SavedReport {
  return {
    ...{ shard, nonFinite },
    ...(loss !== undefined && { loss }),
    ...(count !== undefined && { count }),
    ...(squaredNorm !== undefined && { squaredNorm }),
  };
}
