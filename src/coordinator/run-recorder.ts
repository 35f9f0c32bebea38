// What a run writes down: the commit log (checked on replay), metrics, checkpoints. Nothing is announced before it is on disk.
import { join } from 'node:path';
import { markBest, pruneCheckpoints, writeCheckpoint, type TrainingSnapshot } from '../checkpoint/checkpoint.js';
import {
  openCommitLog,
  readCommitLog,
  truncateLog,
  type CommitLog,
  type CommitRecord,
} from '../checkpoint/commit-log.js';
import { openMetricsLog, type MetricsLog } from '../checkpoint/metrics-log.js';
import { writeSavedStep } from '../checkpoint/saved-step.js';
import { CheckpointError } from '../errors.js';
import type {
  CommittedEvent,
  DiagnosisEvent,
  EvaluatedEvent,
  GradientsEvent,
  RunEvent,
  SpikeEvent,
  StepSavedEvent,
} from '../metrics/events.js';

export interface RecorderOptions {
  readonly runDir: string;
  readonly keep: number;
  onEvent(event: RunEvent): void;
  /** The disk can no longer be trusted: the run must stop. */
  onError(error: unknown): void;
}

/** A step to announce, and what else there is to say of it. */
interface Announcement {
  readonly committed: Omit<CommittedEvent, 'replayed'>;
  /** Asked for once the step is on disk. */
  details(): readonly DetailEvent[];
}

export type DetailEvent = SpikeEvent | GradientsEvent;

export class RunRecorder {
  readonly #options: RecorderOptions;
  readonly #known: ReadonlyMap<number, CommitRecord>;
  readonly #metrics: MetricsLog;
  readonly #waiting = new Map<number, Announcement>();
  readonly #log: CommitLog;
  #saving: Promise<void> = Promise.resolve();

  private constructor(options: RecorderOptions, known: readonly CommitRecord[]) {
    this.#options = options;
    this.#known = new Map(known.map((record) => [record.step, record]));
    this.#metrics = openMetricsLog(join(options.runDir, 'metrics.jsonl'));
    this.#log = openCommitLog(join(options.runDir, 'commits.jsonl'), {
      onSynced: (lastStep) => this.#onSynced(lastStep),
      onError: (error) => options.onError(error),
    });
  }

  /** Opens the logs of a run; a tail that a crash tore is cut. */
  static async open(options: RecorderOptions): Promise<RunRecorder> {
    const path = join(options.runDir, 'commits.jsonl');
    const { records, validBytes, tornBytes } = await readCommitLog(path);
    if (tornBytes > 0) await truncateLog(path, validBytes);
    return new RunRecorder(options, records);
  }

  /** Records a step; it is announced once it is on disk. A step that the log holds already must have the same digest. */
  commit(record: CommitRecord, announcement: Announcement): void {
    const known = this.#known.get(record.step);
    if (!known) {
      this.#waiting.set(record.step, announcement);
      this.#log.append(record);
      return;
    }
    if (known.digest !== record.digest) {
      throw new CheckpointError(
        'REPLAY_MISMATCH',
        `Step ${record.step} was committed with digest ${known.digest} and came out as ${record.digest} when it was repeated. ` +
          'Code, data or machine have changed since; start a new run, or go on from the checkpoint with --init-from.',
      );
    }
    this.#options.onEvent({ ...announcement.committed, replayed: true });
    for (const detail of announcement.details()) this.#options.onEvent(detail);
  }

  waitForRoom(): Promise<void> {
    return this.#log.waitForRoom();
  }

  evaluated(event: EvaluatedEvent): void {
    this.#metrics.append(event);
    this.#options.onEvent(event);
  }

  /** Announces a diagnosis; the metrics of a step that the log held already have it. */
  diagnosed(event: DiagnosisEvent): void {
    if (!this.#known.has(event.step + 1)) this.#metrics.append(event);
    this.#options.onEvent(event);
  }

  /** Writes a checkpoint behind the run's back, after the log has caught up; checkpoints are written one at a time. */
  save(snapshot: TrainingSnapshot, isBest: boolean): Promise<void> {
    const { runDir, keep, onEvent, onError } = this.#options;
    const write = async (): Promise<void> => {
      await this.#log.flush();
      const { path, bytes } = await writeCheckpoint(runDir, snapshot);
      if (isBest) await markBest(runDir, snapshot.step);
      await pruneCheckpoints(runDir, keep);
      onEvent({ event: 'checkpoint', step: snapshot.step, path, bytes });
    };
    this.#saving = this.#saving.then(write);
    this.#saving.catch(onError);
    return this.#saving;
  }

  /** Writes a step's batch and weights beside the run, in its turn among the checkpoints. */
  saveStep(step: number, reason: StepSavedEvent['reason'], bytes: Uint8Array): void {
    const { runDir, onEvent, onError } = this.#options;
    const write = async (): Promise<void> => {
      const path = await writeSavedStep(runDir, step, bytes);
      onEvent({ event: 'step-saved', step, path, reason });
    };
    this.#saving = this.#saving.then(write);
    this.#saving.catch(onError);
  }

  /** Waits until everything is on disk, and closes. */
  async close(): Promise<void> {
    try {
      await this.#saving;
      await this.#log.flush();
    } finally {
      await this.#log.close();
      await this.#metrics.close();
    }
  }

  #onSynced(lastStep: number): void {
    try {
      this.#announce(lastStep);
    } catch (error) {
      this.#options.onError(error); // the metrics found the disk full before the commit log did
    }
  }

  #announce(lastStep: number): void {
    for (const [step, announcement] of this.#waiting) {
      if (step > lastStep) break;
      this.#waiting.delete(step);
      for (const event of [{ ...announcement.committed, replayed: false }, ...announcement.details()]) {
        this.#metrics.append(event);
        this.#options.onEvent(event);
      }
    }
  }
}
