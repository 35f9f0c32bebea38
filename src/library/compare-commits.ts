// A run compared with the commit log of an earlier one, step by step, as its steps are committed.
import type { CommitRecord } from '../checkpoint/commit-log.js';
import type { RunEvent } from '../metrics/events.js';

export interface Difference {
  readonly step: number;
  readonly was: string;
  readonly is: string;
}

export class Comparison {
  readonly #wanted: ReadonlyMap<number, string>;
  readonly #over = new AbortController();
  /** Steps that had the same digest. */
  compared = 0;
  difference: Difference | undefined;

  constructor(commits: readonly CommitRecord[]) {
    this.#wanted = new Map(commits.map(({ step, digest }) => [step, digest]));
  }

  /** Aborted when there is nothing left to compare, or a step differs. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  get isSame(): boolean {
    return this.difference === undefined && this.compared === this.#wanted.size;
  }

  observe(event: RunEvent): void {
    if (event.event !== 'committed' || this.over.aborted) return;
    const { step, digest: is } = event;
    const was = this.#wanted.get(step);
    if (was === is) this.compared += 1;
    else if (was !== undefined) this.difference = { step, was, is };
    if (this.difference || this.compared === this.#wanted.size) this.#over.abort();
  }
}
