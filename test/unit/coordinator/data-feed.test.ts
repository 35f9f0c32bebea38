// Blocks on their way to one worker.
import { expect, it } from 'vitest';
import { DataFeed } from '../../../src/coordinator/data-feed.js';
import type { Split } from '../../../src/data/dataset.js';

/** Ten examples a block. */
const split: Split = {
  name: 'train',
  size: 50,
  lengths: new Int32Array(50),
  blocks: [0, 1, 2, 3, 4].map((index) => ({
    name: `block-${index}`,
    first: 10 * index,
    count: 10,
    bytes: () => new Uint8Array(0),
  })),
  blockOf: (example) => Math.floor(example / 10),
};

const take = (feed: DataFeed, ids: readonly number[]) => feed.take(split, ids).map(({ name }) => name);

it('each block is sent once, in the order in which it is needed', () => {
  const feed = new DataFeed();
  expect(take(feed, [35, 2, 31, 9])).toEqual(['block-3', 'block-0']);
  expect(take(feed, [3, 45, 36])).toEqual(['block-4']);
});

it('what a worker brought along is not sent, what it dropped is sent again', () => {
  const feed = new DataFeed();
  feed.hold(['block-1', 'unknown']);
  expect(take(feed, [11, 21])).toEqual(['block-2']);
  feed.dropped(['block-1']);
  expect(take(feed, [11, 21])).toEqual(['block-1']);
});
