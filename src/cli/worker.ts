// bridle worker: processes that compute for a coordinator elsewhere.
import { join } from 'node:path';
import { chooseForModel } from '../backend/available-backends.js';
import { settleCommandLine } from '../config/parse-command-line.js';
import { ConfigError, exitCodes } from '../errors.js';
import { checkInputFiles } from '../library/check-input-files.js';
import type { CommandBody } from './command.js';
import { openLog } from '../library/open-log.js';
import { createRunOutput } from './output/run-output.js';
import { readToken } from '../library/read-token.js';
import { watchStop } from './watch-stop.js';

export const worker: CommandBody = async (given, around) => {
  const { command, values } = settleCommandLine(given);
  const { tlsCa, tlsFingerprint, name, json, quiet } = values;
  if (values.join === undefined) throw new ConfigError('FLAG_MISSING', 'bridle worker needs --join URL.');
  await checkInputFiles(values, ['tlsCa', 'model']);
  const token = await readToken(values.tokenFile, around.env);
  const { backend, execution } = chooseForModel(values);

  const { log } = openLog(join(values.logDir, 'workers.log'), values.verbose);
  const output = createRunOutput({ command, ...around, json, quiet, logEvery: 0, nowMs: Date.now });
  const stop = watchStop(output, 'leaving the run');
  const say = quiet ? (): void => undefined : output.say;
  try {
    const { runWorkers } = await import('../launch/run-workers.js');
    say(
      `workers for ${values.join}, backend ${backend}, ${execution}; logs in ${values.logDir}; Ctrl-C leaves the run`,
    );
    await runWorkers({
      join: values.join,
      workers: values.workers,
      backend: values.backend,
      execution: values.execution,
      threads: values.threads,
      ...(values.model === undefined ? {} : { modelPath: values.model }),
      ...(token === undefined ? {} : { token }),
      ...(tlsCa === undefined ? {} : { tlsCaPath: tlsCa }),
      ...(tlsFingerprint === undefined ? {} : { tlsFingerprint }),
      insecure: values.insecure,
      maxRestarts: values.maxRestarts,
      payload: values.payload,
      ...(name === undefined ? {} : { name }),
      signal: stop.signal,
      onEvent: output.onEvent,
      log,
      logDir: values.logDir,
    });
    const code = stop.exitCode();
    say(code === undefined ? 'the run has ended' : 'the workers have left');
    return code ?? exitCodes.done;
  } finally {
    stop.release();
    output.clear();
  }
};
