// A few real steps of a run in a folder that is thrown away: what a step, an evaluation and the processes really take here.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { chooseForModel } from '../backend/available-backends.js';
import { childProcesses } from '../bench/thread-times.js';
import { exchangeChannel, type ExchangeTimes } from '../coordinator/exchange-clock.js';
import { planRun } from '../coordinator/run-plan.js';
import type { TrainingOptions } from '../coordinator/training-options.js';
import type { ProcessOptions } from '../launch/launch-options.js';
import type { PreparedRun } from '../launch/prepare-run.js';
import { runTraining } from '../launch/run-training.js';
import { numWorkers } from '../launch/worker-pool.js';
import { readMemory } from '../loadtest/process-watch.js';
import type { RunEvent } from '../metrics/events.js';
import { isOwnModel } from '../params/own-model-spec.js';

/** The first steps bring data and make graphs. */
const warmupSteps = 2;
const measuredSteps = 3;
/** A trial that takes longer ends after the step that is open. */
const deadlineMs = 120_000;

export interface TrialOptions extends Pick<ProcessOptions, 'threads' | 'payload'> {
  readonly workers: number | 'auto';
  /** Aborted: the trial ends after the step that is open. */
  readonly signal: AbortSignal;
}

export interface TrialResult {
  readonly kernelId: string;
  readonly workers: number;
  /** From nothing to the end of the first step: processes, backends, checks. */
  readonly startMs: number;
  /** The median of the steps that were timed; undefined: the deadline came first. */
  readonly stepMs: number | undefined;
  readonly steps: number;
  readonly evaluationMs: number | undefined;
  /** Most resident memory of this process, and of the largest worker; undefined where there is no /proc. */
  readonly coordinatorBytes: number | undefined;
  readonly workerBytes: number | undefined;
}

/** Runs the trial. Throws what ends the run, as the run itself would. */
export async function runTrial(
  training: TrainingOptions,
  prepared: PreparedRun,
  options: TrialOptions,
): Promise<TrialResult> {
  const steps = warmupSteps + measuredSteps;
  const { epochs: _, ...rest } = training;
  const workers = numWorkers(options.workers, chooseForModel(training).backend, training.shards);
  // All workers at once, as in the length of a run.
  const trial: TrainingOptions = { ...rest, steps, evaluateEvery: 0, saveEvery: 0, minWorkers: workers };
  const { dataset, model } = prepared.plan;
  const plan = planRun(dataset, trial, isOwnModel(model) ? model : undefined);
  const runDir = await mkdtemp(join(tmpdir(), 'bridle-estimate-'));
  const watch = new TrialWatch(workers);
  try {
    await mkdir(join(runDir, 'logs'));
    await runTraining(trial, {
      ...options,
      workers,
      location: { runDir, resume: false },
      prepared: { ...prepared, plan },
      insecure: false,
      maxRestarts: 0,
      logEvery: 0,
      configYaml: '',
      command: [],
      listen: { unixPath: join(runDir, 'socket') },
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(deadlineMs)]),
      onEvent: (event) => watch.onEvent(event),
      log: pino({ level: 'silent' }),
    });
    return watch.result();
  } finally {
    watch.close();
    await rm(runDir, { recursive: true, force: true });
  }
}

/** Sees the steps end, on the coordinator's own clock, and looks at the processes while they are there. */
class TrialWatch {
  readonly #workers: number;
  readonly #startedAt = monotonicMs();
  readonly #ends: number[] = [];
  #kernelId = '';
  #evaluatedAt: number | undefined;
  #coordinatorBytes: number | undefined;
  #workerBytes: number | undefined;

  constructor(workers: number) {
    this.#workers = workers;
    subscribe(exchangeChannel, this.#onExchange);
  }

  readonly #onExchange = (times: unknown): void => void this.#ends.push((times as ExchangeTimes).endedAt);

  onEvent(event: RunEvent): void {
    if (event.event === 'started') this.#kernelId = event.kernelId;
    if (event.event === 'evaluated') this.#evaluatedAt = monotonicMs();
    if (event.event !== 'evaluated' && event.event !== 'committed') return;
    this.#coordinatorBytes = readMemory(process.pid)?.peakBytes;
    const peaks = childProcesses(process.pid).flatMap((child) => readMemory(child)?.peakBytes ?? []);
    if (peaks.length > 0) this.#workerBytes = Math.max(...peaks, this.#workerBytes ?? 0);
  }

  result(): TrialResult {
    const ends = this.#ends;
    const timed = ends.slice(warmupSteps - 1);
    const times = timed.slice(1).map((end, i) => end - (timed[i] ?? end));
    const last = ends.at(-1);
    return {
      kernelId: this.#kernelId,
      workers: this.#workers,
      startMs: (ends[0] ?? this.#startedAt) - this.#startedAt,
      stepMs: times.sort((a, b) => a - b)[Math.floor(times.length / 2)],
      steps: times.length,
      evaluationMs: this.#evaluatedAt !== undefined && last !== undefined ? this.#evaluatedAt - last : undefined,
      coordinatorBytes: this.#coordinatorBytes,
      workerBytes: this.#workerBytes,
    };
  }

  close(): void {
    unsubscribe(exchangeChannel, this.#onExchange);
  }
}

/** The clock of the exchange's times. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
