// The library's way to train: the same run as `bridle train`, as events and a result instead of lines and an exit code.
import { stepPath } from '../checkpoint/checkpoint-folders.js';
import { BridleError } from '../errors.js';
import type { CommittedEvent, DoneEvent, EvaluatedEvent, RunEvent } from '../metrics/events.js';
import { EventStream } from './event-stream.js';
import { localLauncher } from './local-launcher.js';
import { readyRun } from './ready-run.js';
import { settleRun } from './settle-run.js';
import { readTrainConfig, type TrainConfig } from './train-config.js';

export interface TrainOptions {
  /** Aborting it saves and stops, as the first Ctrl-C does: the result says `stopped`. */
  readonly signal?: AbortSignal;
  /** Called with every event when it happens. What it throws stops the run and rejects its result. */
  readonly onEvent?: (event: RunEvent) => void;
}

/** The last of each kind in this start of the run; undefined where there was none. */
export interface RunMetrics {
  readonly lastStep: CommittedEvent | undefined;
  readonly evaluation: EvaluatedEvent | undefined;
  readonly bestEvaluation: EvaluatedEvent | undefined;
}

export interface RunResult {
  readonly reason: DoneEvent['reason'];
  /** Steps that are done. */
  readonly step: number;
  /** SHA-256 over weights and optimizer state, as in checkpoints and commit log. */
  readonly digest: string;
  readonly runDir: string;
  /** Folder of the last checkpoint. */
  readonly checkpoint: string;
  readonly metrics: RunMetrics;
  readonly seconds: number;
}

/** A run that is going on. Iterating takes its events; each event goes to one loop. Leaving the loop does not stop the run. */
export interface Run extends AsyncIterable<RunEvent> {
  /** Resolves when everything is on disk; rejects with a BridleError, whose code is the command line's. */
  readonly result: Promise<RunResult>;
}

/**
 * Trains with a coordinator in this process and local worker processes, and returns at once. Installs no handlers on the
 * process, prints nothing, reads no environment variables of its own; several runs may go on at once.
 * Every error, of the configuration too, rejects `result` and ends the loop over events; without a listener it is not lost
 * to the process as an unhandled rejection.
 */
export function train(config: TrainConfig, options: TrainOptions = {}): Run {
  const events = new EventStream();
  const result = runToEnd(config, options, events);
  result.catch(() => undefined); // a program may read the events alone: the loop throws the same error
  return { result, [Symbol.asyncIterator]: () => events[Symbol.asyncIterator]() };
}

async function runToEnd(config: TrainConfig, options: TrainOptions, events: EventStream): Promise<RunResult> {
  const watch = new Watch(options, events);
  try {
    const { given, data } = readTrainConfig(config);
    const settled = await settleRun(given);
    const ready = await readyRun({
      ...settled,
      ...(data && { data }),
      launcher: localLauncher,
      env: {},
      command: ['bridle', 'library'],
    });
    const done = await ready.start(watch.signal, watch.onEvent);
    watch.onEvent(done);
    watch.throwFailure();
    events.end();
    return resultOf(done, watch.metrics);
  } catch (error) {
    const code = error instanceof BridleError ? error.code : 'UNEXPECTED';
    events.push({ event: 'error', code, message: error instanceof Error ? error.message : String(error) });
    events.end(error);
    throw error;
  }
}

/** Hands events on and remembers what the result will say. */
class Watch {
  readonly signal: AbortSignal;
  metrics: RunMetrics = { lastStep: undefined, evaluation: undefined, bestEvaluation: undefined };
  readonly #options: TrainOptions;
  readonly #events: EventStream;
  readonly #own = new AbortController();
  #failure: { readonly error: unknown } | undefined;

  constructor(options: TrainOptions, events: EventStream) {
    this.#options = options;
    this.#events = events;
    this.signal = options.signal ? AbortSignal.any([options.signal, this.#own.signal]) : this.#own.signal;
  }

  readonly onEvent = (event: RunEvent): void => {
    this.#remember(event);
    this.#events.push(event);
    if (this.#failure) return;
    try {
      this.#options.onEvent?.(event);
    } catch (error) {
      this.#failure = { error };
      this.#own.abort();
    }
  };

  throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }

  #remember(event: RunEvent): void {
    if (event.event === 'committed') this.metrics = { ...this.metrics, lastStep: event };
    if (event.event !== 'evaluated') return;
    this.metrics = { ...this.metrics, evaluation: event, ...(event.best && { bestEvaluation: event }) };
  }
}

function resultOf({ reason, step, digest, runDir, seconds }: DoneEvent, metrics: RunMetrics): RunResult {
  return { reason, step, digest, runDir, checkpoint: stepPath(runDir, step), metrics, seconds };
}
