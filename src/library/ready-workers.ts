// From settled values to workers that can start: everything that can be refused is refused here.
import { join } from 'node:path';
import { chooseForModel } from '../backend/available-backends.js';
import type { Environment } from '../config/read-environment.js';
import type { Values } from '../config/schema.js';
import { ConfigError } from '../errors.js';
import type { RunEvent } from '../metrics/events.js';
import { checkInputFiles } from './check-input-files.js';
import { openLog } from './open-log.js';
import { readToken } from './read-token.js';

export interface ReadyWorkers {
  /** For people: where they go and what they compute with. */
  readonly description: string;
  /** Runs until the coordinator ends them or `signal` stops them; rejects with what made the last of them give up. */
  start(signal: AbortSignal, onEvent: (event: RunEvent) => void): Promise<void>;
}

/** Reads the token and checks files and backend. `env`: where BRIDLE_TOKEN may be; a program's workers read none. */
export async function readyWorkers(values: Values, env: Environment): Promise<ReadyWorkers> {
  const { tlsCa, tlsFingerprint, name, logDir } = values;
  const address = values.join;
  if (address === undefined) throw new ConfigError('FLAG_MISSING', 'bridle worker needs --join URL.');
  await checkInputFiles(values, ['tlsCa', 'model']);
  const token = await readToken(values.tokenFile, env);
  const { backend, execution } = chooseForModel(values);
  return {
    description: `workers for ${address}, backend ${backend}, ${execution}; logs in ${logDir}`,
    start: async (signal, onEvent) => {
      const { log, close } = openLog(join(logDir, 'workers.log'), values.verbose);
      try {
        const { runWorkers } = await import('../launch/run-workers.js');
        await runWorkers({
          join: address,
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
          signal,
          onEvent,
          log,
          logDir,
        });
      } finally {
        close();
      }
    },
  };
}
