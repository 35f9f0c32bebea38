// The library's way to give a run elsewhere workers of this machine: bridle worker, as events and a result.
import { settleCommandLine } from '../config/parse-command-line.js';
import { follow, type Followed, type TrainOptions } from './follow.js';
import { readyWorkers } from './ready-workers.js';
import { readWorkerConfig, type WorkerConfig } from './train-config.js';

export interface WorkResult {
  /** The coordinator has ended the run, or the signal was aborted and the workers have left. */
  readonly reason: 'finished' | 'stopped';
}

/** Workers that are joining or computing; their events are warnings and, at the end, an error. */
export type Work = Followed<WorkResult>;

/**
 * Starts worker processes that join the coordinator at `config.join`, and returns at once. Aborting the signal leaves the run, whose
 * other workers take over. Rejects with what made the last worker give up.
 */
export function work(config: WorkerConfig, options: TrainOptions = {}): Work {
  return follow(options, async (watch) => {
    const { values } = settleCommandLine(readWorkerConfig(config));
    const workers = await readyWorkers(values, {});
    await workers.start(watch.signal, watch.onEvent);
    return { reason: watch.signal.aborted ? 'stopped' : 'finished' };
  });
}
