// What was given, the config file and the run to go on with included, settled to the values of a run.
import { resolveRunFolder } from '../checkpoint/run-folder.js';
import { addConfigFile } from '../config/config-file.js';
import {
  settleCommandLine,
  throwProblems,
  type CommandLine,
  type GivenCommandLine,
} from '../config/parse-command-line.js';
import { loadRunConfig } from '../config/run-config.js';
import { options, type Values } from '../config/schema.js';

export interface SettledRun {
  readonly line: CommandLine;
  /** The folder of the run that is gone on with. */
  readonly resumedDir?: string;
}

/** Settles a run. Throws ConfigError with everything that is wrong, CheckpointError RUN_NOT_FOUND. */
export async function settleRun(given: GivenCommandLine): Promise<SettledRun> {
  await addConfigFile(given.command, given);
  const target = given.values.get('resume') as Values['resume'];
  if (target === undefined) return { line: settleCommandLine(given) };
  throwProblems(given.problems);
  const parent = (given.values.get('out') as string | undefined) ?? options.out.default;
  const resumedDir = await resolveRunFolder(parent, target);
  return { line: settleCommandLine(given, await loadRunConfig(resumedDir)), resumedDir };
}
