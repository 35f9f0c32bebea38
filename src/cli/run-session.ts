// What train and coordinator share: settle the options, ready the run, watch it, say how it ended.
import type { GivenCommandLine } from '../config/parse-command-line.js';
import { exitCodes } from '../errors.js';
import { readyRun, type Launcher } from '../library/ready-run.js';
import { settleRun } from '../library/settle-run.js';
import type { Surroundings } from './command.js';
import { createRunOutput } from './output/run-output.js';
import { watchStop } from './watch-stop.js';

/** The command line as run.json keeps it; a token in it was refused before. */
function commandWords(given: GivenCommandLine): string[] {
  return ['bridle', given.command, ...given.args];
}

/** Runs a given command line to an exit code. */
export async function runSession(given: GivenCommandLine, around: Surroundings, launcher: Launcher): Promise<number> {
  const settled = await settleRun(given);
  const { json, quiet, logEvery = 0 } = settled.line.values;
  const ready = await readyRun({ ...settled, launcher, env: around.env, command: commandWords(given) });
  const output = createRunOutput({ command: given.command, ...around, json, quiet, logEvery, nowMs: Date.now });
  const stop = watchStop(output, 'saving and stopping');
  try {
    const done = await ready.start(stop.signal, output.onEvent);
    output.finish(done);
    return (done.reason === 'stopped' ? stop.exitCode() : undefined) ?? exitCodes.done;
  } finally {
    stop.release();
    output.clear();
  }
}
