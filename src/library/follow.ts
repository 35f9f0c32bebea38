// What goes on while a program does something else: events as a stream and to a listener, and a result at the end.
import { BridleError } from '../errors.js';
import type { RunEvent } from '../metrics/events.js';
import { EventStream } from './event-stream.js';

export interface TrainOptions {
  /** Aborting it saves and stops, as the first Ctrl-C does: the result says `stopped`. */
  readonly signal?: AbortSignal;
  /** Called with every event when it happens. What it throws stops the run and rejects its result. */
  readonly onEvent?: (event: RunEvent) => void;
}

/** Something that is going on. Iterating takes its events; each event goes to one loop. Leaving the loop does not stop it. */
export interface Followed<Result> extends AsyncIterable<RunEvent> {
  /** Rejects with a BridleError, whose code is the command line's. */
  readonly result: Promise<Result>;
}

/**
 * Starts `body` and returns at once. Every error rejects `result` and ends the loop over events; without a listener it is not lost
 * to the process as an unhandled rejection.
 */
export function follow<Result>(options: TrainOptions, body: (watch: Watch) => Promise<Result>): Followed<Result> {
  const events = new EventStream();
  const result = runToEnd(new Watch(options, events), events, body);
  result.catch(() => undefined); // a program may read the events alone: the loop throws the same error
  return { result, [Symbol.asyncIterator]: () => events[Symbol.asyncIterator]() };
}

async function runToEnd<Result>(
  watch: Watch,
  events: EventStream,
  body: (watch: Watch) => Promise<Result>,
): Promise<Result> {
  try {
    const result = await body(watch);
    watch.throwFailure();
    events.end();
    return result;
  } catch (error) {
    const code = error instanceof BridleError ? error.code : 'UNEXPECTED';
    events.push({ event: 'error', code, message: error instanceof Error ? error.message : String(error) });
    events.end(error);
    throw error;
  }
}

/** Hands events on; what the listener throws stops what is going on. */
export class Watch {
  readonly signal: AbortSignal;
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
}
