// bridle worker: processes that compute for a coordinator elsewhere.
import { settleCommandLine } from '../config/parse-command-line.js';
import { exitCodes } from '../errors.js';
import { readyWorkers } from '../library/ready-workers.js';
import type { CommandBody } from './command.js';
import { createRunOutput } from './output/run-output.js';
import { watchStop } from './watch-stop.js';

export const worker: CommandBody = async (given, around) => {
  const { command, values } = settleCommandLine(given);
  const { json, quiet } = values;
  const workers = await readyWorkers(values, around.env);
  const output = createRunOutput({ command, ...around, json, quiet, logEvery: 0, nowMs: Date.now });
  const stop = watchStop(output, 'leaving the run');
  const say = quiet ? (): void => undefined : output.say;
  try {
    say(`${workers.description}; Ctrl-C leaves the run`);
    await workers.start(stop.signal, output.onEvent);
    const code = stop.exitCode();
    say(code === undefined ? 'the run has ended' : 'the workers have left');
    return code ?? exitCodes.done;
  } finally {
    stop.release();
    output.clear();
  }
};
