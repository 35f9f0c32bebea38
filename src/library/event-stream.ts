// The events of a run, held until somebody takes them: the run never waits for its reader.
import type { RunEvent } from '../metrics/events.js';

/** Events that are held at most, some 50 MB; a program that never reads must not fill the memory. */
const maxHeld = 100_000;

export class EventStream implements AsyncIterable<RunEvent> {
  readonly #capacity: number;
  #held: RunEvent[] = [];
  #dropped = 0;
  #end: { readonly error?: unknown } | undefined;
  readonly #waiting: (() => void)[] = [];

  constructor(capacity = maxHeld) {
    this.#capacity = capacity;
  }

  push(event: RunEvent): void {
    if (this.#held.length >= this.#capacity) {
      // By halves: dropping one at a time would move the whole list with every event.
      const excess = Math.ceil(this.#capacity / 2);
      this.#held = this.#held.slice(excess);
      this.#dropped += excess;
    }
    this.#held.push(event);
    this.#wake();
  }

  /** Ends the stream after what is held; readers get `error` thrown if there is one. */
  end(error?: unknown): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#wake();
  }

  /** Takes events as they come. Each event goes to one reader; one that leaves its loop loses nothing that comes later. */
  async *[Symbol.asyncIterator](): AsyncGenerator<RunEvent, void, undefined> {
    for (;;) {
      if (this.#dropped > 0) yield this.#reportDropped();
      const event = this.#held.shift();
      if (event) yield event;
      else if (!this.#end) await new Promise<void>((resolve) => this.#waiting.push(resolve));
      else if ('error' in this.#end) throw this.#end.error;
      else return;
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #reportDropped(): RunEvent {
    const message = `${this.#dropped} events were dropped, since nobody read them. readRun(runDir).events has what the disk keeps.`;
    this.#dropped = 0;
    return { event: 'warning', code: 'EVENTS_DROPPED', message };
  }
}
