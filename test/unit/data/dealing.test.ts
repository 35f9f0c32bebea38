import { describe, expect, it } from 'vitest';
import {
  dealShards,
  epochOrder,
  evaluationShards,
  locateStep,
  rowsPerShard,
  stepsPerEpoch,
} from '../../../src/data/dealing.js';

const numbers = (shards: readonly Uint32Array[]): number[][] => shards.map((shard) => [...shard]);

describe('epochOrder', () => {
  it('keeps its order in every release: resumed runs depend on it', () => {
    expect([...epochOrder(42, 0, 10)]).toEqual([3, 5, 6, 4, 7, 0, 2, 9, 1, 8]);
    expect([...epochOrder(42, 1, 10)]).toEqual([8, 4, 0, 6, 3, 1, 5, 2, 7, 9]);
  });

  it('differs between epochs and between seeds', () => {
    expect(epochOrder(1, 0, 100)).not.toEqual(epochOrder(1, 1, 100));
    expect(epochOrder(1, 0, 100)).not.toEqual(epochOrder(2, 0, 100));
  });

  it('gives every permutation of three with equal frequency', () => {
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 6_000; epoch++) {
      const key = epochOrder(7, epoch, 3).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150); // 5 standard deviations
  });
});

describe('stepsPerEpoch and locateStep', () => {
  it('counts the last partial batch unless it is dropped', () => {
    expect(stepsPerEpoch(130, 64, false)).toBe(3);
    expect(stepsPerEpoch(130, 64, true)).toBe(2);
    expect(stepsPerEpoch(128, 64, false)).toBe(2);
    expect(stepsPerEpoch(3, 64, false)).toBe(1);
  });

  it('refuses an epoch without a step', () => {
    expect(() => stepsPerEpoch(63, 64, true)).toThrow(expect.objectContaining({ code: 'EPOCH_EMPTY' }));
  });

  it('finds steps, both numbers from 0', () => {
    expect(locateStep(0, 3)).toEqual({ epoch: 0, stepInEpoch: 0 });
    expect(locateStep(2, 3)).toEqual({ epoch: 0, stepInEpoch: 2 });
    expect(locateStep(3, 3)).toEqual({ epoch: 1, stepInEpoch: 0 });
  });
});

describe('dealShards', () => {
  const order = Uint32Array.from({ length: 13 }, (_, i) => 100 + i);

  it('gives shard i the rows floor(i B / V) to floor((i + 1) B / V) - 1', () => {
    expect(numbers(dealShards(order, 0, 10, 4))).toEqual([
      [100, 101],
      [102, 103, 104],
      [105, 106],
      [107, 108, 109],
    ]);
  });

  it('deals the last partial batch by the same rule, with empty shards where rows run out', () => {
    expect(numbers(dealShards(order, 1, 10, 4))).toEqual([[], [110], [111], [112]]);
    expect(numbers(dealShards(order, 3, 4, 4))).toEqual([[], [], [], [112]]);
  });

  it('refuses a step beyond the epoch', () => {
    expect(() => dealShards(order, 2, 10, 4)).toThrow(RangeError);
  });
});

describe('rowsPerShard', () => {
  it('is the most that any shard of a full batch has', () => {
    expect(rowsPerShard(64, 8)).toBe(8);
    expect(rowsPerShard(10, 4)).toBe(3);
    expect(rowsPerShard(3, 8)).toBe(1);
  });
});

describe('evaluationShards', () => {
  it('cuts all examples into chunks in their order, the last one shorter', () => {
    expect(numbers(evaluationShards(7, 3))).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(evaluationShards(0, 3)).toEqual([]);
  });
});
