// The configuration of an earlier run, settled for running it again on this machine to the same bits.
import { join } from 'node:path';
import { settleCommandLine, type CommandLine, type GivenCommandLine } from '../config/parse-command-line.js';
import { fixesBits } from '../config/resume.js';
import type { OptionName, Values } from '../config/schema.js';
import { isGiven } from '../config/source.js';
import { CheckpointError } from '../errors.js';
import type { StoredRun } from './read-run.js';

/** Where the run listened, and with which certificate, is nobody's matter now: its workers are local. */
const dropped: readonly OptionName[] = ['listen', 'tlsCert', 'tlsKey'];
/** How to compute, which the caller may choose anew: no bit depends on it. */
const chosen = ['workers', 'threads', 'maxRestarts', 'verbose'] as const satisfies OptionName[];

/**
 * Settles the values of `original`, with what `line` chooses. The new run's folder lies in `reproduced/` of the old one's.
 * Throws CheckpointError NOTHING_COMMITTED.
 */
export function settleReproduction(original: StoredRun, line: CommandLine): CommandLine {
  const { runDir, record, config, commits } = original;
  const last = commits.at(-1)?.step;
  if (last === undefined) {
    throw new CheckpointError(
      'NOTHING_COMMITTED',
      `${runDir} has no committed step, so there is nothing to compare with. Give a run that has made steps.`,
    );
  }
  const run = {
    path: join(runDir, 'config.yaml'),
    values: new Map(Object.entries(config).filter(([name]) => !dropped.includes(name as OptionName))) as never,
  };
  const given: GivenCommandLine = {
    ...{ command: 'train', args: [], positionals: [], refused: new Set(), problems: [] },
    values: new Map(),
    sources: new Map(),
  };
  const give = <Name extends OptionName>(name: Name, value: Values[Name]): void => {
    given.values.set(name, value);
    given.sources.set(name, line.sources[name]);
  };
  for (const name of chosen) if (isGiven(line.sources[name])) give(name, line.values[name]);
  give('listen', '127.0.0.1:0');
  give('out', join(runDir, 'reproduced'));
  give('saveEvery', 0);
  give('keep', 1);
  // `auto` would be this machine's best.
  if (record.kernelId !== undefined) give('backend', record.kernelId.split('/')[0] as Values['backend']);
  const settled = settleCommandLine(given, run);
  if (fixesBits('steps', settled)) return settled;
  // A resume may have moved the end.
  const { warmupSteps } = settled.values;
  give('steps', Math.max(last, warmupSteps + 1));
  given.sources.set('steps', { kind: 'flag', flag: '--steps' });
  return settleCommandLine(given, run);
}
