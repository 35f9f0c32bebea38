// `bridle bench clipping` from beginning to end: a coordinator, light workers, watches; then raw TCP, the reference, the result.
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BridleError, exitCodes, TransportError } from '../errors.js';
import { parseJoinAddress } from '../transport/address.js';
import { checkConnectOptions } from '../transport/client.js';
import type { ClippingOptions, ClippingRun } from './clipping-options.js';
import { CoordinatorProcess } from './coordinator-process.js';
import { processListeningOn } from './find-process.js';
import { judge, type Measured } from './judge.js';
import { ProcessWatch, readMemory } from './process-watch.js';
import { readRecordedNorms } from './recorded-norms.js';
import { timeStar } from './star.js';
import { numProcesses, Swarm } from './swarm.js';

/** A run in which no step ends for so long has failed. */
const silenceMs = 120_000;

/** Runs the load test. Throws what made it impossible; broken limits are in the result. */
export async function runClipping(options: ClippingOptions): Promise<ClippingRun> {
  if (options.recordedPath !== undefined) readRecordedNorms(options.recordedPath); // refused before anything starts
  const measured = options.join === undefined ? await loadOwn(options) : await loadOther(options, options.join);
  options.onProgress('raw TCP with the same bytes');
  const { workers, totalSteps, counts } = measured;
  const tcpMs = await timeStar({
    road: 'tcp',
    leaves: workers,
    processes: numProcesses(workers),
    // The weights travel once more than the gradients: before the first step and after the last.
    bytesDown: Math.max(1, Math.round(counts.bytesIn / (workers * (totalSteps + 1)))),
    bytesUp: Math.max(1, Math.round(counts.bytesOut / (workers * totalSteps))),
    rounds: options.steps,
  });
  if (measured.committed !== undefined) options.onProgress('the float64 reference');
  return judge(options, measured, tcpMs);
}

async function loadOwn(options: ClippingOptions): Promise<Measured> {
  const { workers, shards, parameters, steps, warmup, plan, bridleMain } = options;
  const folder = await mkdtemp(join(tmpdir(), 'bridle-bench-'));
  const totalSteps = warmup + steps;
  let gradientsHeld = 0;
  const coordinator = new CoordinatorProcess({
    bridleMain,
    workers,
    shards,
    parameters,
    steps: totalSteps,
    seed: plan.seed,
    folder,
    onExchange: ({ peak }) => (gradientsHeld = Math.max(gradientsHeld, peak.vectors)),
  });
  const idleProcess = startIdle();
  const watches: ProcessWatch[] = [];
  let swarm: Swarm | undefined;
  const failure = new Failure(options.signal);
  try {
    options.onProgress(`a coordinator, and ${workers} workers in ${numProcesses(workers)} processes`);
    const url = await failure.orFirst(coordinator.listening);
    const idlePort = await failure.orFirst(portOf(idleProcess));
    const memoryBefore = readMemory(coordinator.processId);
    watches.push(new ProcessWatch(coordinator.processId, url));
    watches.push(new ProcessWatch(idleProcess.pid ?? -1, `http://127.0.0.1:${idlePort}`));
    swarm = startSwarm(options, url, failure, (step) => report(options, step, totalSteps));
    await failure.orFirst(coordinator.done);
    for (const watch of watches) await watch.stop();
    await swarm.end();
    return {
      workers,
      parameters: swarm.parameters,
      shards,
      firstStep: 0,
      totalSteps,
      firstSeen: swarm.firstSeen,
      joinedMs: swarm.joinedMs,
      counts: swarm.counts,
      lossReasons: swarm.lossReasons,
      planted: swarm.planted,
      named: coordinator.named,
      committed: coordinator.committed,
      memoryBefore,
      gradientsHeld,
      coordinatorSamples: watches[0]?.samples ?? [],
      idleSamples: watches[1]?.samples ?? [],
    };
  } catch (error) {
    throw await coordinator.ownReason(error);
  } finally {
    failure.release();
    await Promise.all(watches.map((watch) => watch.stop()));
    await swarm?.end();
    await coordinator.kill();
    idleProcess.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function loadOther(options: ClippingOptions, url: string): Promise<Measured> {
  const { workers, steps, warmup, insecure, token, tlsCaPath } = options;
  checkConnectOptions({ join: url, token, ...(tlsCaPath !== undefined && { tlsCaPath }), insecure });
  const failure = new Failure(options.signal);
  const watch = watchLocal(url);
  let firstStep: number | undefined;
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  options.onProgress(`${workers} workers in ${numProcesses(workers)} processes for ${url}`);
  const swarm = startSwarm(options, url, failure, (step) => {
    firstStep ??= step;
    report(options, step - firstStep, warmup + steps);
    if (step >= firstStep + warmup + steps) finish();
  });
  try {
    await failure.orFirst(finished);
    await swarm.end();
    return {
      workers,
      parameters: swarm.parameters,
      shards: swarm.shards,
      firstStep: firstStep ?? 0,
      totalSteps: warmup + steps,
      firstSeen: swarm.firstSeen,
      joinedMs: swarm.joinedMs,
      counts: swarm.counts,
      lossReasons: swarm.lossReasons,
      planted: swarm.planted,
      ...(watch && { coordinatorSamples: watch.samples }),
    };
  } finally {
    failure.release();
    await watch?.stop();
    await swarm.end();
  }
}

/** Watches somebody else's coordinator, where it is a process on this machine that may be looked at. */
function watchLocal(address: string): ProcessWatch | undefined {
  const { url, isLocal, isEncrypted, socketPath } = parseJoinAddress(address);
  if (!isLocal || isEncrypted || socketPath !== undefined) return undefined;
  const processId = processListeningOn(Number(new URL(url).port || 80));
  return processId === undefined ? undefined : new ProcessWatch(processId, url);
}

function startSwarm(options: ClippingOptions, url: string, failure: Failure, onStep: (step: number) => void): Swarm {
  const { workers, plan, recordedPath, rates, churnRate, token, tlsCaPath, insecure } = options;
  failure.expectProgress();
  return new Swarm({
    join: url,
    ...(token !== undefined && options.join !== undefined && { token }),
    ...(tlsCaPath !== undefined && { tlsCaPath }),
    insecure,
    workers,
    processes: numProcesses(workers),
    plan,
    ...(recordedPath !== undefined && { recordedPath }),
    rates,
    payload: 'frame',
    churnRate,
    onStep: (step) => {
      failure.expectProgress();
      onStep(step);
    },
    onLost: (who, reason) => options.onProgress(`lost: ${who}, ${reason}`),
    onFailed: (error) => failure.raise(error),
  });
}

function report({ onProgress }: ClippingOptions, step: number, total: number): void {
  if (step === 0 || step % Math.max(1, Math.round(total / 10)) === 0) onProgress(`step ${step} of ${total}`);
}

/** What ends a load test early: an error of a process, a stop by the user, a run that stands still. */
class Failure {
  readonly #first: Promise<never>;
  readonly #signal: AbortSignal;
  #reject: (error: unknown) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #onAbort = (): void => this.raise(this.#signal.reason);

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.#first = new Promise((_, reject) => (this.#reject = reject));
    this.#first.catch(() => undefined);
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
  }

  raise(error: unknown): void {
    this.#reject(error);
  }

  /** Waits for a value, or throws what came before it. */
  async orFirst<Value>(value: Promise<Value>): Promise<Value> {
    return Promise.race([value, this.#first]);
  }

  /** Gives the run another two minutes for its next step. */
  expectProgress(): void {
    clearTimeout(this.#timer);
    const message = `No step ended within ${silenceMs / 1000} s. Take fewer workers or parameters, or look at the coordinator.`;
    this.#timer = setTimeout(() => this.raise(new TransportError('LOADTEST_SILENCE', message)), silenceMs);
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#onAbort);
  }
}

function startIdle(): ChildProcess {
  return fork(new URL('./idle-main.js', import.meta.url), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  });
}

function portOf(idle: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    idle.once('message', (message: { readonly port: number }) => resolve(message.port));
    idle.once('exit', (code) => {
      const message = `The idle process ended with code ${code}. What it printed stands above.`;
      reject(new BridleError('LOADTEST_PROCESS', message, exitCodes.unexpected));
    });
  });
}
