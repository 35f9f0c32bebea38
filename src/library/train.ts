// The library's way to train: the same run as `bridle train`, as events and a result instead of lines and an exit code.
import { stepPath } from '../checkpoint/checkpoint-folders.js';
import type { CommittedEvent, DoneEvent, EvaluatedEvent, RunEvent } from '../metrics/events.js';
import { follow, type Followed, type TrainOptions } from './follow.js';
import { localLauncher, remoteLauncher } from './launchers.js';
import { readyRun, type Launcher } from './ready-run.js';
import { settleRun } from './settle-run.js';
import { readTrainConfig, type CoordinatorConfig, type GivenConfig, type TrainConfig } from './train-config.js';

/** The last of each kind in this start of the run; undefined where there was none. */
export interface RunMetrics {
  readonly lastStep: CommittedEvent | undefined;
  readonly evaluation: EvaluatedEvent | undefined;
  readonly bestEvaluation: EvaluatedEvent | undefined;
}

export interface RunResult {
  readonly reason: DoneEvent['reason'];
  /** Steps that are done. */
  readonly step: number;
  /** SHA-256 over weights and optimizer state, as in checkpoints and commit log. */
  readonly digest: string;
  readonly runDir: string;
  /** Folder of the last checkpoint. */
  readonly checkpoint: string;
  readonly metrics: RunMetrics;
  readonly seconds: number;
}

/** A run that is going on; its result resolves when everything is on disk. */
export type Run = Followed<RunResult>;

/**
 * Trains with a coordinator in this process and local worker processes, and returns at once. Installs no handlers on the
 * process, prints nothing, reads no environment variables of its own; several runs may go on at once.
 * Every error, of the configuration too, rejects `result` and ends the loop over events; without a listener it is not lost
 * to the process as an unhandled rejection.
 */
export function train(config: TrainConfig, options: TrainOptions = {}): Run {
  return startRun(() => readTrainConfig('train', config), localLauncher, options);
}

/** Coordinates a run whose workers join from elsewhere (`work`, `bridle worker`), as `bridle coordinator` does; else as `train`. */
export function coordinate(config: CoordinatorConfig, options: TrainOptions = {}): Run {
  return startRun(() => readTrainConfig('coordinator', config), remoteLauncher, options);
}

function startRun(read: () => GivenConfig, launcher: Launcher, options: TrainOptions): Run {
  return follow(options, async (watch) => {
    const { given, data } = read();
    const settled = await settleRun(given);
    const ready = await readyRun({
      ...settled,
      ...(data && { data }),
      launcher,
      env: {},
      command: ['bridle', 'library'],
    });
    let metrics: RunMetrics = { lastStep: undefined, evaluation: undefined, bestEvaluation: undefined };
    const done = await ready.start(watch.signal, (event) => {
      metrics = remember(metrics, event);
      watch.onEvent(event);
    });
    watch.onEvent(done);
    return resultOf(done, metrics);
  });
}

function remember(metrics: RunMetrics, event: RunEvent): RunMetrics {
  if (event.event === 'committed') return { ...metrics, lastStep: event };
  if (event.event !== 'evaluated') return metrics;
  return { ...metrics, evaluation: event, ...(event.best && { bestEvaluation: event }) };
}

function resultOf({ reason, step, digest, runDir, seconds }: DoneEvent, metrics: RunMetrics): RunResult {
  return { reason, step, digest, runDir, checkpoint: stepPath(runDir, step), metrics, seconds };
}
