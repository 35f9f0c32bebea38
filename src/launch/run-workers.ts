// bridle worker: processes that join a coordinator elsewhere.
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { chooseForModel } from '../backend/available-backends.js';
import { checkConnectOptions } from '../transport/client.js';
import type { WorkersOptions } from './launch-options.js';
import { numWorkers, startWorkerPool } from './worker-pool.js';

/** Runs workers until the coordinator ends them or the signal stops them; rejects with what made the last of them give up. */
export async function runWorkers(options: WorkersOptions): Promise<void> {
  const { join, token, tlsCaPath, tlsFingerprint, insecure, logDir = 'logs' } = options;
  checkConnectOptions({
    join,
    token,
    ...(tlsCaPath !== undefined && { tlsCaPath }),
    ...(tlsFingerprint !== undefined && { tlsFingerprint }),
    insecure,
  });
  await mkdir(logDir, { recursive: true });
  const { backend, execution } = chooseForModel({ ...options, model: options.modelPath });
  const pool = startWorkerPool({
    join,
    token,
    ...(tlsCaPath !== undefined && { tlsCaPath }),
    ...(tlsFingerprint !== undefined && { tlsFingerprint }),
    insecure,
    workers: numWorkers(options.workers, backend, Infinity),
    backend,
    execution,
    threads: options.threads,
    ...(options.modelPath !== undefined && { modelPath: options.modelPath }),
    maxRestarts: options.maxRestarts,
    payload: options.payload,
    name: options.name ?? hostname(),
    logDir,
    onEvent: options.onEvent,
    log: options.log,
    joinTimeoutMs: 300_000,
  });
  const stop = (): void => void pool.stop();
  options.signal.addEventListener('abort', stop, { once: true });
  if (options.signal.aborted) stop();
  await pool.done;
}
