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

it('what is asked for is sent again, once a lease, and only what the lease needs', () => {
  const feed = new DataFeed();
  const [first, second] = split.blocks;
  if (!first || !second) throw new Error('the split has blocks');
  const lease = (...blocks: (typeof first)[]) => feed.lease(new Map(blocks.map((block) => [block.name, block])));
  expect(() => feed.answer(['block-0'])).toThrow(expect.objectContaining({ code: 'BLOCKS_OVERASKED' }));
  lease(first);
  lease(second); // the first was taken back while the worker was asking
  expect(feed.answer(['block-0'])).toEqual([]);
  expect(feed.answer(['block-1', 'block-1', 'unknown'])).toEqual([second]);
  expect(() => feed.answer(['block-1'])).toThrow(expect.objectContaining({ code: 'BLOCKS_OVERASKED' }));
});

it('a worker saves up no endless number of questions', () => {
  const feed = new DataFeed();
  for (let leases = 0; leases < 1000; leases += 1) feed.lease(new Map());
  const ask = () => feed.answer([]);
  for (let questions = 0; questions < 16; questions += 1) ask();
  expect(ask).toThrow(expect.objectContaining({ code: 'BLOCKS_OVERASKED' }));
});
