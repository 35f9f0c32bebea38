// Who computes which shards.
import { describe, expect, it } from 'vitest';
import { dealShares } from '../../../src/collective/shares.js';

const shards = [0, 1, 2, 3, 4, 5, 6, 7];
const sizes = (...secondsPerShard: (number | undefined)[]): number[] =>
  dealShares(
    shards,
    secondsPerShard.map((seconds, rank) => ({ rank, secondsPerShard: seconds })),
  ).map((share) => share.shards.length);

describe('shares', () => {
  it('are equal while nobody has been measured', () => {
    expect(sizes(undefined, undefined)).toEqual([4, 4]);
    expect(sizes(undefined, undefined, undefined)).toEqual([3, 2, 3]);
  });

  it('follow the speed, and one not measured yet counts as the mean', () => {
    expect(sizes(1, 3)).toEqual([6, 2]);
    expect(sizes(1, undefined, 1)).toEqual([3, 2, 3]);
    expect(sizes(0.5, undefined)).toEqual([4, 4]);
  });

  it('leave one to the slowest, and nothing to workers beyond the shards', () => {
    expect(sizes(1, 1000)).toEqual([7, 1]);
    expect(sizes(1000, 1, 1000)).toEqual([1, 6, 1]);
    expect(sizes(...Array.from({ length: 20 }, () => 1))).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('are empty without shards or without workers', () => {
    expect(dealShares([], [{ rank: 0, secondsPerShard: undefined }])).toEqual([]);
    expect(dealShares(shards, [])).toEqual([]);
  });
});
