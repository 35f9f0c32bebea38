// A worker process, started by the launcher: options in the environment, life signs and the reason of its end over IPC.
import pino from 'pino';
import { BridleError, exitCodes } from '../errors.js';
import { onLauncherGone } from './launcher-gone.js';
import type { WorkerProcessOptions, WorkerProcessReport } from './process-options.js';
import { runWorker } from './worker.js';

const aliveMs = 1000;

function report(message: WorkerProcessReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });
}

const options = JSON.parse(process.env['BRIDLE_WORKER'] ?? '{}') as WorkerProcessOptions;
const token = process.env['BRIDLE_TOKEN'] || undefined;
delete process.env['BRIDLE_TOKEN'];
const log = pino(
  { base: { pid: process.pid, worker: options.name } },
  pino.destination({ dest: options.logPath, sync: true, append: true }),
);
const stop = new AbortController();

// Ctrl-C reaches the whole process group: the launcher decides what follows.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => stop.abort());
process.on('message', (message) => {
  if (message === 'stop') stop.abort();
});
onLauncherGone(() => process.exit(exitCodes.disconnected));
const alive = setInterval(() => void report({ type: 'alive' }), aliveMs);
void report({ type: 'alive' });

try {
  const {
    join,
    tlsCaPath,
    tlsFingerprint,
    insecure,
    backend,
    execution,
    threads,
    modelPath,
    name,
    cacheBytes,
    joinTimeoutMs,
    payload,
  } = options;
  await runWorker({
    connect: {
      join,
      token,
      ...(tlsCaPath !== undefined && { tlsCaPath }),
      ...(tlsFingerprint !== undefined && { tlsFingerprint }),
      insecure,
    },
    backend,
    execution,
    threads,
    ...(modelPath !== undefined && { modelPath }),
    name,
    cacheBytes,
    joinTimeoutMs,
    payload,
    signal: stop.signal,
    log,
  });
  // The compute thread may be in the middle of a step that nobody waits for.
  process.exit(exitCodes.done);
} catch (error) {
  const known =
    error instanceof BridleError
      ? error
      : new BridleError('INTERNAL', error instanceof Error ? error.message : String(error), exitCodes.unexpected);
  log.error({ code: known.code, stack: error instanceof Error ? error.stack : undefined }, known.message);
  clearInterval(alive);
  await report({ type: 'failed', code: known.code, message: known.message, exitCode: known.exitCode });
  process.exit(known.exitCode);
}
