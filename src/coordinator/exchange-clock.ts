// How long the parts of a step's exchange take at the coordinator, told on a diagnostics channel: nobody pays for it who does not listen.
import { channel } from 'node:diagnostics_channel';
import type { GradientPeak } from './gradient-store.js';

/** One step's exchange, in milliseconds. */
export interface ExchangeTimes {
  /** Updates after this one. */
  readonly step: number;
  /** From the first chunk of a gradient to the last, sums in between not counted. */
  readonly uploadMs: number;
  /** Sums along the tree, as nodes come. */
  readonly reduceMs: number;
  /** The last sum, mean and norm, one pass. */
  readonly normMs: number;
  /** Clip, optimizer, check and digest, one pass. */
  readonly updateMs: number;
  /** When the update was done, on the machine's monotonic clock. */
  readonly endedAt: number;
  /** Gradients held at once, at most. */
  readonly peak: GradientPeak;
}

/** The channel's name, for `node:diagnostics_channel`. */
export const exchangeChannel = 'bridle:exchange';

const exchange = channel(exchangeChannel);

function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6; // performance.now() counts from the start of each process
}

export class ExchangeClock {
  #firstChunkAt: number | undefined;
  #reduceMs = 0;
  #reducedAt = 0;
  #gradientAt = 0;

  /** A chunk of a gradient has come. */
  chunk(): void {
    this.#firstChunkAt ??= monotonicMs();
  }

  /** Times a sum along the tree. */
  reduce<Result>(sum: () => Result): Result {
    const startedAt = monotonicMs();
    const result = sum();
    this.#reducedAt = monotonicMs();
    this.#reduceMs += this.#reducedAt - startedAt;
    return result;
  }

  /** The norm of the mean is known. */
  gradient(): void {
    this.#gradientAt = monotonicMs();
  }

  /** The step is applied. */
  end(step: number, peak: GradientPeak): void {
    const endedAt = monotonicMs();
    const uploadMs = this.#reducedAt - (this.#firstChunkAt ?? this.#reducedAt) - this.#reduceMs;
    const normMs = this.#gradientAt - this.#reducedAt;
    const updateMs = endedAt - this.#gradientAt;
    const reduceMs = this.#reduceMs;
    exchange.publish({ step, uploadMs, reduceMs, normMs, updateMs, endedAt, peak } satisfies ExchangeTimes);
    this.#firstChunkAt = undefined;
    this.#reduceMs = 0;
  }
}
