// Local worker processes: started, watched, started again with backoff, and at the end the first that failed is named.
import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { numGpus } from '../backend/available-backends.js';
import type { BackendName, Execution } from '../backend/backend.js';
import { threadsPerProcess } from '../backend/threads.js';
import { BridleError, TransportError, exitCodes } from '../errors.js';
import type { RunEvent } from '../metrics/events.js';
import type { PayloadChoice } from '../protocol/payload.js';
import type { WorkerProcessOptions, WorkerProcessReport } from '../worker/process-options.js';
import { rememberWorker } from './local-workers.js';

export interface WorkerPoolOptions {
  readonly join: string;
  readonly token: string | undefined;
  readonly tlsCaPath?: string;
  readonly tlsFingerprint?: string;
  readonly insecure: boolean;
  readonly workers: number;
  readonly backend: BackendName;
  readonly execution: Execution;
  readonly threads: number | 'auto';
  /** The user's own model. */
  readonly modelPath?: string;
  /** Restarts of each worker. */
  readonly maxRestarts: number;
  readonly name: string;
  readonly logDir: string;
  readonly joinTimeoutMs: number;
  readonly payload: PayloadChoice;
  readonly onEvent: (event: RunEvent) => void;
  readonly log: Logger;
}

export interface WorkerPool {
  /** Resolves when all workers have ended as they should; rejects when none is left and one had failed. */
  readonly done: Promise<void>;
  /** Asks all workers to leave, and ends those that do not within 5 s. */
  stop(): Promise<void>;
}

const backoffMs = { base: 250, cap: 10_000 } as const;
/** A worker process that says nothing for so long is frozen: it is ended and started again. */
const silenceMs = 10_000;
const stopMs = 5000;
/** Faults of one process, which another may not have; every other code is the coordinator's last word. */
const restartable = new Set(['STUCK', 'COMPUTE_FAILED', 'INTERNAL']);

/** `auto`: one for each GPU; without one as many as there are cores, and no more than shards. */
export function numWorkers(wanted: number | 'auto', backend: BackendName, shards: number): number {
  if (wanted !== 'auto') return wanted;
  const gpus = backend === 'tensorflow' ? numGpus() : 0;
  return Math.max(1, Math.min(gpus > 0 ? gpus : availableParallelism(), shards));
}

/** One card a worker: tfjs has no way to choose a device in a process. What the user has set stays. */
function deviceEnvironment(slot: number, backend: BackendName): Record<string, string> {
  const gpus = backend === 'tensorflow' ? numGpus() : 0;
  if (gpus === 0 || process.env['CUDA_VISIBLE_DEVICES'] !== undefined) return {};
  return { CUDA_VISIBLE_DEVICES: String(slot % gpus) };
}

export function startWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const children = new Set<ChildProcess>();
  let isStopping = false;
  const stopRequest = new AbortController();

  /** Keeps one worker going; returns why it was given up, or undefined when it ended as it should. */
  const runSlot = async (slot: number): Promise<BridleError | undefined> => {
    const name = `${options.name}-${slot}`;
    for (let restarts = 0; ; restarts += 1) {
      const failure = await runOnce(options, slot, name, children);
      if (!failure || isStopping) return undefined;
      options.log.error({ code: failure.code, worker: name }, failure.message);
      if (!restartable.has(failure.code)) return failure;
      const isLast = restarts >= options.maxRestarts;
      const next = isLast ? `Not started again: --max-restarts is ${options.maxRestarts}.` : 'Starting it again.';
      options.onEvent({ event: 'warning', code: 'WORKER_DIED', message: `${failure.message} ${next}` });
      if (isLast) return failure;
      await delay(Math.min(backoffMs.cap, backoffMs.base * 2 ** restarts), stopRequest.signal);
    }
  };

  let first: BridleError | undefined;
  const slots = Array.from({ length: options.workers }, async (_, slot) => {
    const failure = await runSlot(slot);
    first ??= failure;
    return failure;
  });
  const done = Promise.all(slots).then((failures) => {
    if (!first || failures.includes(undefined)) return;
    if (!restartable.has(first.code)) throw first;
    throw new TransportError('WORKERS_LOST', `No worker is left. The first to fail: ${first.message}`, {
      cause: first,
    });
  });
  done.catch(() => undefined);

  return {
    done,
    stop: async () => {
      isStopping = true;
      stopRequest.abort();
      for (const child of children) if (child.connected) child.send('stop');
      const kill = setTimeout(() => children.forEach((child) => child.kill('SIGKILL')), stopMs);
      await done.catch(() => undefined);
      clearTimeout(kill);
    },
  };
}

/** Runs one process to its end; undefined: it ended as it should. */
function runOnce(
  options: WorkerPoolOptions,
  slot: number,
  name: string,
  children: Set<ChildProcess>,
): Promise<BridleError | undefined> {
  const logPath = join(options.logDir, `${name}.log`);
  const child = startProcess(options, slot, name, logPath);
  children.add(child);
  rememberWorker(child);
  let report: WorkerProcessReport | undefined;
  let silence = setTimeout(() => undefined, 0);
  const heard = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => child.kill('SIGKILL'), silenceMs);
  };
  return new Promise((resolve) => {
    child.on('message', (message: WorkerProcessReport) => {
      heard();
      if (message.type === 'failed') report = message;
    });
    const end = (how: string, isClean: boolean): void => {
      clearTimeout(silence);
      children.delete(child);
      if (report?.type === 'failed')
        resolve(new BridleError(report.code, `${name} (pid ${child.pid}): ${report.message}`, report.exitCode));
      else if (isClean) resolve(undefined);
      else
        resolve(
          new BridleError('INTERNAL', `${name} (pid ${child.pid}) ${how}. Its log: ${logPath}.`, exitCodes.unexpected),
        );
    };
    child.once('error', (error) => end(`could not be started: ${error.message}`, false));
    child.once('exit', (code, signal) =>
      end(signal ? `was ended by ${signal}` : `exited with code ${code}`, code === 0),
    );
  });
}

function startProcess(options: WorkerPoolOptions, slot: number, name: string, logPath: string): ChildProcess {
  const {
    join: address,
    token,
    tlsCaPath,
    tlsFingerprint,
    insecure,
    backend,
    execution,
    threads,
    joinTimeoutMs,
    payload,
  } = options;
  const given: WorkerProcessOptions = {
    join: address,
    ...(tlsCaPath !== undefined && { tlsCaPath }),
    ...(tlsFingerprint !== undefined && { tlsFingerprint }),
    insecure,
    backend,
    execution,
    threads: threadsPerProcess(threads, backend, options.workers),
    ...(options.modelPath !== undefined && { modelPath: options.modelPath }),
    name,
    logPath,
    joinTimeoutMs,
    payload,
    cacheBytes: 256 * 1024 * 1024,
  };
  // What native libraries print goes to the log too.
  const output = openSync(logPath, 'a');
  try {
    return fork(new URL('../worker/main.js', import.meta.url), [], {
      stdio: ['ignore', output, output, 'ipc'],
      execArgv: [],
      env: {
        ...process.env,
        ...deviceEnvironment(slot, backend),
        BRIDLE_TOKEN: token ?? '',
        BRIDLE_WORKER: JSON.stringify(given),
      },
    });
  } finally {
    closeSync(output);
  }
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
