// What a command is given, and what it returns.
import type { Environment } from '../config/read-environment.js';
import type { GivenCommandLine } from '../config/parse-command-line.js';
import type { Out } from './output/run-output.js';

/** The process around a command; tests pass their own. */
export interface Surroundings {
  readonly env: Environment;
  readonly stdout: Out;
  readonly stderr: Out;
}

/** The body of a command: returns the exit code, throws BridleErrors. */
export type CommandBody = (given: GivenCommandLine, around: Surroundings) => Promise<number>;
