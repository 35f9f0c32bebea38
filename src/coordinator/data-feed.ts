// Data on its way to one worker: blocks by name, each sent once while the worker holds it.
import type { Split } from '../data/load-dataset.js';

export class DataFeed {
  readonly #held = new Set<string>();

  /** Counts blocks as held that the worker brought along. */
  hold(names: Iterable<string>): void {
    for (const name of names) this.#held.add(name);
  }

  dropped(names: Iterable<string>): void {
    for (const name of names) this.#held.delete(name);
  }

  /** The indexes of blocks that hold these examples and have not been sent; they count as sent from now on. */
  take(split: Split, exampleIds: Iterable<number>): number[] {
    const wanted: number[] = [];
    for (const id of exampleIds) {
      const index = split.blockOf(id);
      const name = split.blocks[index]?.name;
      if (name === undefined || this.#held.has(name)) continue;
      this.#held.add(name);
      wanted.push(index);
    }
    return wanted;
  }
}
