// Work for many, done in turns: what takes long lets others be heard in between.
import { performance } from 'node:perf_hooks';

export interface TurnsOptions<Key, Due> {
  perform(key: Key, due: Due): void;
  /** What is performed at a later turn has thrown. */
  onFailed(error: unknown): void;
  readonly turnMs: number;
  now?(): number;
}

/** At most one thing that is due for each key, performed in the order in which they came. */
export class Turns<Key, Due> {
  readonly #options: TurnsOptions<Key, Due>;
  readonly #due = new Map<Key, Due>();
  readonly #now: () => number;
  #next: NodeJS.Immediate | undefined;

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
    if (this.#next) return;
    const until = this.#now() + this.#options.turnMs;
    for (const [key, due] of this.#due) {
      if (this.#now() > until) {
        this.#next = setImmediate(() => this.#goOn());
        return;
      }
      this.#due.delete(key);
      this.#options.perform(key, due);
    }
  }

  #goOn(): void {
    this.#next = undefined;
    try {
      this.take();
    } catch (error) {
      this.#options.onFailed(error);
    }
  }
}
