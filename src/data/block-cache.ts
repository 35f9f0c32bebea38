// A worker's bounded store of decoded blocks: the least recently used goes first.
import type { DecodedBlock } from './block.js';

export interface BlockCache {
  has(name: string): boolean;
  /** The block, which becomes the most recently used; undefined when it is not held. */
  get(name: string): DecodedBlock | undefined;
  /** Holds a block and returns the names dropped to make room. The newest block always stays, even if larger than the bound. */
  add(name: string, block: DecodedBlock): string[];
  /** Names held, least recently used first. */
  names(): string[];
}

/** Makes an empty cache that holds at most `maxBytes` of decoded columns, or one block that is larger. */
export function createBlockCache(maxBytes: number): BlockCache {
  const blocks = new Map<string, DecodedBlock>(); // a Map keeps insertion order: the first key is the oldest
  let heldBytes = 0;

  const take = (name: string): DecodedBlock | undefined => {
    const block = blocks.get(name);
    if (block === undefined) return undefined;
    blocks.delete(name);
    heldBytes -= sizeOf(block);
    return block;
  };
  const put = (name: string, block: DecodedBlock): void => {
    blocks.set(name, block);
    heldBytes += sizeOf(block);
  };

  return {
    has: (name) => blocks.has(name),
    get(name) {
      const block = take(name);
      if (block !== undefined) put(name, block);
      return block;
    },
    add(name, block) {
      take(name);
      put(name, block);
      const dropped: string[] = [];
      for (const oldest of blocks.keys()) {
        if (heldBytes <= maxBytes || oldest === name) break;
        take(oldest);
        dropped.push(oldest);
      }
      return dropped;
    },
    names: () => [...blocks.keys()],
  };
}

function sizeOf(block: DecodedBlock): number {
  return block.lengths.byteLength + block.starts.byteLength + block.inputs.byteLength + block.targets.byteLength;
}
