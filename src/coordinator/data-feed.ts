// Data on its way to one worker: blocks by name, each sent once while the worker holds it.
import type { Block, Split } from '../data/load-dataset.js';

export class DataFeed {
  readonly #held = new Set<string>();

  /** Counts blocks as held that the worker brought along. */
  hold(names: Iterable<string>): void {
    for (const name of names) this.#held.add(name);
  }

  dropped(names: Iterable<string>): void {
    for (const name of names) this.#held.delete(name);
  }

  /** The blocks that hold these examples and have not been sent; they count as sent from now on. */
  take(split: Split, exampleIds: Iterable<number>): Block[] {
    const wanted: Block[] = [];
    for (const id of exampleIds) {
      const block = split.blocks[split.blockOf(id)];
      if (block === undefined || this.#held.has(block.name)) continue;
      this.#held.add(block.name);
      wanted.push(block);
    }
    return wanted;
  }
}
