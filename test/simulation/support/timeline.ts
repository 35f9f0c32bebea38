// The virtual clock: one binary heap of events. Events of one instant run in an order that the seed decides.
import type { Draws } from './random.js';

interface Entry {
  readonly at: number;
  readonly tie: number;
  readonly run: () => void;
}

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.tie < b.tie);

export class Timeline {
  /** Milliseconds since the start of the simulation. */
  now = 0;
  /** Events that have run. */
  count = 0;
  readonly #heap: Entry[] = [];
  readonly #ties: Draws;
  #hash = 0x811c9dc5;
  readonly #recent: string[] = [];

  constructor(ties: Draws) {
    this.#ties = ties;
  }

  in(delayMs: number, run: () => void): void {
    this.#push({ at: this.now + delayMs, tie: this.#ties.unit(), run });
  }

  /** Runs the next event; false when none is left. */
  next(): boolean {
    const entry = this.#pop();
    if (!entry) return false;
    this.now = entry.at;
    this.count += 1;
    entry.run();
    return true;
  }

  /** Adds a line to the trace: its hash tells two runs apart, its end explains a failure. */
  note(line: string): void {
    const text = `${this.now.toFixed(1)} ${line}`;
    for (let i = 0; i < text.length; i += 1) this.#hash = Math.imul(this.#hash ^ text.charCodeAt(i), 0x01000193);
    this.#recent.push(text);
    if (this.#recent.length > 400) this.#recent.splice(0, 200);
  }

  get hash(): number {
    return this.#hash >>> 0;
  }

  recent(lines: number): string {
    return this.#recent.slice(-lines).join('\n');
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}
