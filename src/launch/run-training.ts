// bridle train: a coordinator in this process and workers in processes of their own.
import { join } from 'node:path';
import { chooseForModel } from '../backend/available-backends.js';
import type { TrainingOptions } from '../coordinator/training-options.js';
import { fingerprintOf } from '../transport/fingerprint.js';
import type { DoneEvent } from '../metrics/events.js';
import type { LaunchOptions } from './launch-options.js';
import { serveRun } from './serve-run.js';
import { numWorkers, startWorkerPool } from './worker-pool.js';

export function runTraining(training: TrainingOptions, launch: LaunchOptions): Promise<DoneEvent> {
  const { backend, execution } = chooseForModel(training);
  return serveRun(training, launch, ({ url, token, fail }) => {
    const pool = startWorkerPool({
      join: url,
      token,
      ...(launch.tls && { tlsFingerprint: fingerprintOf(launch.tls.certPath) }),
      insecure: launch.insecure,
      workers: numWorkers(launch.workers, backend, training.shards),
      backend,
      execution,
      threads: launch.threads,
      ...(training.model !== undefined && { modelPath: training.model }),
      maxRestarts: launch.maxRestarts,
      payload: launch.payload,
      name: 'worker',
      logDir: join(launch.location.runDir, 'logs'),
      onEvent: launch.onEvent,
      log: launch.log,
      joinTimeoutMs: 30_000,
    });
    pool.done.catch(fail);
    return () => pool.stop();
  });
}
