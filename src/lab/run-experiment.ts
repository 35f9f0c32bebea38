// All trials of an experiment, one after the other; those that have a result already are not run again.
import type { RunEvent } from '../metrics/events.js';
import type { Experiment, Trial } from './experiment.js';
import { readResult, writeResult } from './results-folder.js';
import { runTrial, settleTrial } from './run-trial.js';
import type { TrialResult } from './trial-result.js';

export interface TrialOutcome {
  readonly trial: Trial;
  readonly result: TrialResult;
}

export interface Watcher {
  onTrial(trial: Trial, index: number): void;
  onEvent(event: RunEvent): void;
  onResult(outcome: TrialOutcome, isKnown: boolean): void;
}

/** Runs what has no result in `folder`. Returns the results so far, in order: fewer than trials when `signal` stopped it. */
export async function runExperiment(
  { trials }: Experiment,
  folder: string,
  signal: AbortSignal,
  watcher: Watcher,
): Promise<TrialOutcome[]> {
  for (const trial of trials) settleTrial(trial, folder); // all are refused before one is run
  const outcomes: TrialOutcome[] = [];
  for (const [index, trial] of trials.entries()) {
    if (signal.aborted) break;
    watcher.onTrial(trial, index);
    const known = await readResult(folder, trial.flags);
    const result = known ?? (await runTrial(trial, folder, signal, (event) => watcher.onEvent(event)));
    if (result === undefined) break;
    if (known === undefined) await writeResult(folder, result);
    outcomes.push({ trial, result });
    watcher.onResult({ trial, result }, known !== undefined);
  }
  return outcomes;
}
