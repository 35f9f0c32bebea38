import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  bucketOrder,
  dealShards,
  epochOrder,
  evaluationShards,
  rowsPerShard,
  stepsPerEpoch,
} from '../../src/data/dealing.js';

const seeds = fc.integer({ min: 0, max: 2 ** 32 });
const sizes = fc.integer({ min: 1, max: 400 });
const batches = fc.integer({ min: 1, max: 80 });
const shardCounts = fc.integer({ min: 1, max: 20 });

it('deals every example exactly once per epoch, whatever the batch and the shards', () => {
  const law = (seed: number, size: number, batch: number, shards: number): void => {
    const order = epochOrder(seed, 3, size);
    const dealt: number[] = [];
    for (let step = 0; step < stepsPerEpoch(size, batch, false); step++) {
      for (const shard of dealShards(order, step, batch, shards)) dealt.push(...shard);
    }
    expect(dealt).toEqual([...order]);
    expect(dealt.sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
  };
  fc.assert(fc.property(seeds, sizes, batches, shardCounts, law));
});

it('deals shards whose sizes differ by at most one and never exceed the padded rows', () => {
  const law = (size: number, batch: number, shards: number): void => {
    const order = epochOrder(1, 0, size);
    for (let step = 0; step < stepsPerEpoch(size, batch, false); step++) {
      const rows = dealShards(order, step, batch, shards).map((shard) => shard.length);
      expect(Math.max(...rows) - Math.min(...rows)).toBeLessThanOrEqual(1);
      expect(Math.max(...rows)).toBeLessThanOrEqual(rowsPerShard(batch, shards));
    }
  };
  fc.assert(fc.property(sizes, batches, shardCounts, law));
});

it('pads no more than it must: some shard of every full batch has all the padded rows', () => {
  const law = (batch: number, shards: number): void => {
    const rows = dealShards(epochOrder(1, 0, batch), 0, batch, shards).map((shard) => shard.length);
    expect(Math.max(...rows)).toBe(rowsPerShard(batch, shards));
  };
  fc.assert(fc.property(batches, shardCounts, law));
});

it('evaluates every example exactly once', () => {
  const law = (size: number, rows: number): void => {
    const shards = evaluationShards(size, rows);
    expect(shards.flatMap((shard) => [...shard])).toEqual(Array.from({ length: size }, (_, i) => i));
    for (const shard of shards.slice(0, -1)) expect(shard).toHaveLength(rows);
  };
  fc.assert(fc.property(sizes, batches, law));
});

const lengthsOf = (size: number) => Int32Array.from({ length: size }, (_, id) => 1 + ((id * 7919) % 97));

it('deals every example once with buckets too, and sorts lengths within a run of batches', () => {
  const law = (seed: number, size: number, globalBatch: number, bucket: number): void => {
    const order = epochOrder(seed, 1, size);
    const lengths = lengthsOf(size);
    const dealt = bucketOrder(order, lengths, { seed, epoch: 1, globalBatch, bucket });
    expect([...dealt].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, id) => id));
    const rest = size % globalBatch;
    expect(dealt.subarray(size - rest)).toEqual(order.subarray(size - rest)); // not chosen by length
    for (let first = 0; first + globalBatch <= size; first += globalBatch) {
      const batch = [...dealt.subarray(first, first + globalBatch)].map((id) => lengths[id]!);
      expect(batch).toEqual(batch.toSorted((a, b) => a - b));
    }
  };
  fc.assert(fc.property(seeds, sizes, batches, fc.integer({ min: 1, max: 9 }), law));
});

it('pads less with buckets: less than a quarter of what a random deal pads, where lengths vary', () => {
  const size = 4096;
  const lengths = lengthsOf(size);
  const padded = (order: Uint32Array): number => {
    let steps = 0;
    for (let first = 0; first < size; first += 64) {
      const batch = [...order.subarray(first, first + 64)].map((id) => lengths[id]!);
      steps += 64 * Math.max(...batch) - batch.reduce((sum, length) => sum + length, 0);
    }
    return steps;
  };
  const order = epochOrder(5, 0, size);
  const options = { seed: 5, epoch: 0, globalBatch: 64 };
  expect(padded(bucketOrder(order, lengths, { ...options, bucket: 16 }))).toBeLessThan(padded(order) / 4);
  expect(bucketOrder(order, lengths, { ...options, bucket: 16 })).not.toEqual(
    bucketOrder(order, lengths, { ...options, epoch: 1, bucket: 16 }),
  );
});
