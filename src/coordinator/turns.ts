// Work for many, done in turns: what takes long lets others be heard in between.
import { performance } from 'node:perf_hooks';

export interface TurnsOptions<Key, Due> {
  perform(key: Key, due: Due): void;
  /** What is performed at a later turn has thrown. */
  onFailed(error: unknown): void;
  /** A turn is so long at least, and at most ten times as long. */
  readonly turnMs: number;
  now?(): number;
}

/** At most one thing that is due for each key, performed in the order in which they came. */
export class Turns<Key, Due> {
  readonly #options: TurnsOptions<Key, Due>;
  readonly #due = new Map<Key, Due>();
  readonly #now: () => number;
  #next: NodeJS.Immediate | undefined;
  /** When the last turn ended that left something. */
  #leftAt = 0;

  constructor(options: TurnsOptions<Key, Due>) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Puts something down; it takes the place of what was due for the key. */
  put(key: Key, due: Due): void {
    this.#due.set(key, due);
  }

  get(key: Key): Due | undefined {
    return this.#due.get(key);
  }

  drop(key: Key): void {
    this.#due.delete(key);
  }

  clear(): void {
    this.#due.clear();
  }

  /** Performs what is due, as far as a turn reaches; the rest follows when the event loop has been round. */
  take(): void {
    if (!this.#next) this.#takeFor(this.#options.turnMs);
  }

  #takeFor(turnMs: number): void {
    const until = this.#now() + turnMs;
    for (const [key, due] of this.#due) {
      if (this.#now() > until) {
        this.#leftAt = this.#now();
        this.#next = setImmediate(() => this.#goOn());
        return;
      }
      this.#due.delete(key);
      this.#options.perform(key, due);
    }
  }

  #goOn(): void {
    this.#next = undefined;
    const { turnMs } = this.#options;
    // As long as the others took: on a busy machine they would take all the time otherwise.
    const othersMs = this.#now() - this.#leftAt;
    try {
      this.#takeFor(Math.min(Math.max(turnMs, othersMs), 10 * turnMs));
    } catch (error) {
      this.#options.onFailed(error);
    }
  }
}
