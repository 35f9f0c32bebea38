// What a run has left on disk, read back: docs/checkpoints.md says what each file is.
import { join } from 'node:path';
import { listSteps, readPointer } from '../checkpoint/checkpoint-folders.js';
import { readCommitLog, type CommitRecord } from '../checkpoint/commit-log.js';
import { readMetricsLog } from '../checkpoint/read-metrics-log.js';
import { findRunOf, readRunRecord, type RunRecord } from '../checkpoint/run-folder.js';
import { loadRunConfig } from '../config/run-config.js';
import type { Values } from '../config/schema.js';
import type { RunEvent } from '../metrics/events.js';

export interface StoredCheckpoint {
  readonly step: number;
  readonly path: string;
  readonly isLast: boolean;
  readonly isBest: boolean;
}

export interface StoredRun {
  readonly runDir: string;
  /** run.json: run id, command, versions, kernel id, digest of the data. */
  readonly record: RunRecord;
  /** Every value that the run was started with. */
  readonly config: Partial<Values>;
  /** Committed steps and evaluations, in the order of metrics.jsonl. */
  readonly events: readonly RunEvent[];
  /** One record a step, in order. */
  readonly commits: readonly CommitRecord[];
  /** Newest first. */
  readonly checkpoints: readonly StoredCheckpoint[];
}

/**
 * Reads the run of a run folder, a folder of runs (the latest), `runs/latest` or the folder of a checkpoint, without changing anything; the run may still be going on.
 * Throws CheckpointError RUN_NOT_FOUND, RUN_DAMAGED, LOG_DAMAGED, and ConfigError RUN_CONFIG.
 */
export async function readRun(path: string): Promise<StoredRun> {
  const runDir = await findRunOf(path, '.');
  const [last, best, folders] = await Promise.all([
    readPointer(runDir, 'last'),
    readPointer(runDir, 'best'),
    listSteps(runDir),
  ]);
  const { values } = await loadRunConfig(runDir);
  return {
    runDir,
    record: await readRunRecord(runDir),
    config: Object.fromEntries(values) as Partial<Values>,
    events: await readMetricsLog(join(runDir, 'metrics.jsonl')),
    commits: (await readCommitLog(join(runDir, 'commits.jsonl'))).records,
    checkpoints: folders.map(({ step, path: folder }) => ({
      step,
      path: folder,
      isLast: step === last,
      isBest: step === best,
    })),
  };
}
