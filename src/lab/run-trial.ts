// One trial on real worker processes: the same path as `bridle train`, its events gathered to a result.
import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import { readCommandLine, settleCommandLine, type CommandLine } from '../config/parse-command-line.js';
import { BridleError, ConfigError } from '../errors.js';
import { localLauncher } from '../library/launchers.js';
import { readyRun } from '../library/ready-run.js';
import type { RunEvent } from '../metrics/events.js';
import type { Trial } from './experiment.js';
import { TrialRecord, type TrialResult } from './trial-result.js';

/** Looks at the gradient through time at the first weights, and so often on the way. */
const numDiagnoses = 4;

/** Settles a trial's flags as `bridle train` would. Throws ConfigError LAB_TRIAL with the trial's name. */
export function settleTrial({ name, flags }: Trial, folder: string): CommandLine {
  const settle = (more: readonly string[]): CommandLine =>
    settleCommandLine(readCommandLine(['train', ...flags, ...more], {}));
  try {
    const { values } = settle([]);
    const every = values.steps === undefined ? Number.MAX_SAFE_INTEGER : Math.ceil(values.steps / numDiagnoses);
    const diagnosis = values.diagnose === undefined ? [`--diagnose=${Math.min(every, 1e9)}`] : [];
    return settle([`--out=${join(folder, 'runs')}`, '--listen=127.0.0.1:0', ...diagnosis]);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError('LAB_TRIAL', `Trial "${name}": ${error.message}`, { cause: error });
  }
}

/** Runs a trial to its end; undefined when `signal` stopped it. What ends the run by its own numbers is a result. */
export async function runTrial(
  trial: Trial,
  folder: string,
  signal: AbortSignal,
  onEvent: (event: RunEvent) => void,
): Promise<TrialResult | undefined> {
  const record = new TrialRecord();
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  const line = settleTrial(trial, folder);
  const ready = await readyRun({
    line,
    launcher: localLauncher,
    env: {},
    command: ['bridle', 'train', ...trial.flags],
  });
  try {
    const done = await ready.start(signal, (event) => {
      record.onEvent(event);
      onEvent(event);
    });
    if (done.reason === 'stopped') return undefined;
    return record.result(trial.flags, seconds());
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!(error instanceof BridleError)) throw error;
    const { code, message, exitCode } = error;
    return record.result(trial.flags, seconds(), { code, message, exitCode });
  }
}
