// A run taken up: its folder locked, its weights fresh or from the newest checkpoint that is whole.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { newestCheckpoint, newestDigest, type DigestAlgorithm } from '../checkpoint/checkpoint.js';
import {
  lockRunFolder,
  nextGeneration,
  readRunRecord,
  runFormatVersion,
  writeAtomically,
  writeRunRecord,
  type RunLock,
} from '../checkpoint/run-folder.js';
import type { TrainingState } from '../coordinator/apply-update.js';
import type { RunPlan } from '../coordinator/run-plan.js';
import type { TrainingOptions } from '../coordinator/training-options.js';
import { differenceOf } from '../data/preprocessing.js';
import { ConfigError } from '../errors.js';
import { findOtherFile } from '../modules/module-files.js';
import { isOwnModel, type OwnModelSpec } from '../params/own-model-spec.js';
import type { RunEvent } from '../metrics/events.js';
import { createOptimizer } from '../optim/create-optimizer.js';
import { withRollback } from '../optim/rollback.js';
import type { LaunchOptions } from './launch-options.js';
import { bridleVersion } from '../protocol/version.js';

export interface OpenRun {
  readonly plan: RunPlan;
  readonly runId: string;
  readonly generation: number;
  readonly state: TrainingState;
  readonly kernelId: string | undefined;
  readonly best: { readonly loss: number; readonly step: number } | undefined;
  /** The last step that was evaluated; undefined: unknown. */
  readonly evaluatedStep: number | undefined;
  readonly shardsByWorker: Readonly<Record<string, number>>;
  readonly digestAlgorithm: DigestAlgorithm;
  readonly lock: RunLock;
}

export async function openRun(training: TrainingOptions, launch: LaunchOptions): Promise<OpenRun> {
  const { runDir, resume } = launch.location;
  const lock = await lockRunFolder(runDir);
  try {
    const { plan } = launch.prepared;
    return resume ? await resumeRun(plan, runDir, lock, launch.onEvent) : await newRun(training, launch, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function newRun(training: TrainingOptions, launch: LaunchOptions, lock: RunLock): Promise<OpenRun> {
  const { runDir } = launch.location;
  const { plan, firstParams } = launch.prepared;
  const params = firstParams();
  const runId = randomBytes(8).toString('hex');
  await writeAtomically(join(runDir, 'config.yaml'), launch.configYaml);
  await writeRunRecord(runDir, {
    formatVersion: runFormatVersion,
    runId,
    command: [...launch.command],
    bridleVersion,
    nodeVersion: process.version,
    dataDigest: plan.dataset.digest,
    generation: 1,
    createdUtc: new Date().toISOString(),
  });
  const fresh = createOptimizer(training.optimizer).init(plan.layout.size);
  const optimizer = training.spikes?.reaction === 'rollback' ? withRollback(fresh, params) : fresh;
  const state = { step: 0, params, optimizer };
  return {
    plan,
    runId,
    generation: 1,
    state,
    kernelId: undefined,
    best: undefined,
    evaluatedStep: 0,
    shardsByWorker: {},
    digestAlgorithm: newestDigest,
    lock,
  };
}

/** A model of the user's own may have changed since; the options of a built-in one cannot. */
function requireSameModel(before: Readonly<Record<string, unknown>>, { model }: RunPlan): void {
  if (!isOwnModel(model)) return;
  const file = findOtherFile((before as unknown as OwnModelSpec).files, model.files);
  if (file === undefined) return;
  const name = file === '.' ? model.name : file;
  const message = `The model's file ${name} has changed since the run's checkpoint was written. Restore it to go on, or start a new run, with --init-from where the parameters are the same.`;
  throw new ConfigError('MODEL_MISMATCH', message);
}

async function resumeRun(
  plan: RunPlan,
  runDir: string,
  lock: RunLock,
  onEvent: (event: RunEvent) => void,
): Promise<OpenRun> {
  const record = await readRunRecord(runDir);
  if (record.dataDigest !== plan.dataset.digest) {
    throw new ConfigError(
      'RESUME_CONFLICT',
      `The data has changed since the run began (digest ${record.dataDigest.slice(0, 12)}, now ${plan.dataset.digest.slice(0, 12)}). Restore the files, or start a new run.`,
    );
  }
  const { snapshot, damaged } = await newestCheckpoint(runDir);
  for (const { path, reason } of damaged) {
    onEvent({
      event: 'warning',
      code: 'CHECKPOINT_DAMAGED',
      message: `${path}: ${reason} Going on from step ${snapshot.step}.`,
    });
  }
  // Equal blocks can still mean other things: a text with every a replaced by b has the same ids.
  const part = differenceOf(snapshot.data.preprocessing, plan.dataset.preprocessing);
  if (part !== undefined && snapshot.data.preprocessing !== undefined) {
    throw new ConfigError(
      'DATA_PREPROCESSING',
      `The data's ${part} differs from the one in the run's checkpoint of step ${snapshot.step}. Restore the files, or start a new run.`,
    );
  }
  requireSameModel(snapshot.model, plan);
  const { bestLoss, bestStep, evaluatedStep } = snapshot.metrics;
  return {
    plan,
    runId: record.runId,
    generation: await nextGeneration(runDir),
    state: {
      step: snapshot.step,
      params: snapshot.params,
      optimizer: snapshot.optimizer,
      ...(snapshot.carried && { carried: snapshot.carried }),
    },
    kernelId: record.kernelId ?? (snapshot.kernelId || undefined),
    best: bestLoss !== undefined && bestStep !== undefined ? { loss: bestLoss, step: bestStep } : undefined,
    evaluatedStep,
    shardsByWorker: snapshot.shardsByWorker,
    digestAlgorithm: snapshot.digestAlgorithm,
    lock,
  };
}
