// Data on its way to one worker: blocks by name, each sent once while the worker holds it.
import type { Block, Split } from '../data/load-dataset.js';
import { ProtocolError } from '../errors.js';

/** Questions for blocks that may be saved up: a lease may be taken back while its worker is asking. */
const maxQuestions = 16;

export class DataFeed {
  readonly #held = new Set<string>();
  #leased: ReadonlyMap<string, Block> = new Map();
  #questions = 0;

  /** Notes the blocks of the lease that goes out: these may be asked for, once for each lease. */
  lease(blocks: ReadonlyMap<string, Block>): void {
    this.#leased = blocks;
    this.#questions = Math.min(maxQuestions, this.#questions + 1);
  }

  /**
   * The blocks among `names` that the open lease needs; others are of a lease that was taken back.
   * Throws ProtocolError BLOCKS_OVERASKED when there were more questions than leases: each may cost the whole lease's data.
   */
  answer(names: Iterable<string>): Block[] {
    if (this.#questions === 0) throw new ProtocolError('BLOCKS_OVERASKED', 'More NeedBlocks than leases.');
    this.#questions -= 1;
    return [...new Set(names)].flatMap((name) => this.#leased.get(name) ?? []);
  }

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
