import { describe, expect, it } from 'vitest';
import type { ShardBatch } from '../../../src/data/shard-batch.js';
import { groupShards, stackShards } from '../../../src/model/shard-stack.js';
import type { ModelSpec } from '../../../src/params/model-spec.js';

const ids: ModelSpec = {
  cell: 'rnn',
  layers: 1,
  inputs: 'ids',
  inputSize: 9,
  hiddenSize: 4,
  outputSize: 9,
  loss: 'softmax',
  targetsPer: 'step',
};

/** Two steps of two rows; the second row has `length` valid steps. */
function shard(first: number, length: number, rows = 2): ShardBatch {
  return {
    rows,
    steps: 2,
    lengths: Int32Array.of(2, length),
    inputs: Int32Array.of(first, first + 1, first + 2, first + 3),
    targets: Int32Array.of(first, first + 1, first + 2, first + 3),
  };
}

describe('stackShards', () => {
  it('lays shards side by side at each step, filled up with zeros to a multiple of six rows', () => {
    const stack = stackShards(ids, [shard(1, 2), shard(5, 2)], 'gradients');
    expect([...stack.inputs]).toEqual([1, 2, 5, 6, 0, 0, 3, 4, 7, 8, 0, 0]);
    expect(stack).toMatchObject({ steps: 2, rows: 6, rowsPerShard: 2, numShards: 2 });
  });

  it('replaces what is padded by zeros', () => {
    expect([...stackShards(ids, [shard(1, 1)], 'gradients').inputs]).toEqual([1, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0]);
    const dense: ModelSpec = { ...ids, inputs: 'dense', inputSize: 1, loss: 'squared-error', outputSize: 1 };
    const batch = {
      ...shard(1, 0),
      inputs: Float32Array.of(1, NaN, 3, Infinity),
      targets: Float32Array.of(1, NaN, 3, NaN),
    };
    expect([...stackShards(dense, [batch], 'gradients').inputs]).toEqual([1, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0]);
    expect(stackShards(dense, [batch], 'gradients').targets[0]).toEqual({
      count: 2,
      slots: 4,
      positions: Int32Array.of(0, 6, 0, 0),
      values: Float32Array.of(1, 3, 1, 1),
    });
  });

  it('selects a target at every valid step, in row order, and fills up with copies of the first', () => {
    const [first, second] = stackShards(ids, [shard(1, 1), shard(5, 2)], 'gradients').targets;
    expect(first).toEqual({
      count: 3,
      slots: 4,
      positions: Int32Array.of(0, 1, 6, 0),
      values: Int32Array.of(1, 2, 3, 1),
    });
    expect(second).toEqual({
      count: 4,
      slots: 4,
      positions: Int32Array.of(2, 3, 8, 9),
      values: Int32Array.of(5, 6, 7, 8),
    });
  });

  it('selects one target at the last valid step of each row that has one', () => {
    const spec: ModelSpec = { ...ids, targetsPer: 'sequence' };
    const [first, second] = stackShards(spec, [shard(1, 1), shard(5, 0)], 'gradients').targets;
    expect(first).toEqual({ count: 2, slots: 2, positions: Int32Array.of(6, 1), values: Int32Array.of(1, 2) });
    expect(second).toEqual({
      count: 1,
      slots: 2,
      positions: Int32Array.of(8, 8),
      values: Int32Array.of(5, 5),
    });
  });
});

describe('groupShards', () => {
  const [a, b, c, wide, d] = [shard(1, 1), shard(2, 1), shard(3, 1), shard(4, 1, 3), shard(5, 1)];

  it('keeps the order, and joins neighbours of one shape up to the largest size', () => {
    expect(groupShards([a, b, c, wide, d], () => [1, 2])).toEqual([[a, b], [c], [wide], [d]]);
    expect(groupShards([a, b], () => [1])).toEqual([[a], [b]]);
    expect(groupShards([], () => [1])).toEqual([]);
  });

  it('joins only shards whose number of steps keeps its bits in a stack', () => {
    const sizesFor = (steps: number): readonly number[] => (steps === a.steps ? [1] : [1, 2]);
    expect(groupShards([a, b], sizesFor)).toEqual([[a], [b]]);
    expect(groupShards([wide, wide], (steps) => (steps === wide.steps ? [1, 2] : [1]))).toEqual([[wide, wide]]);
  });

  it('takes the largest size that fits', () => {
    const lengths = (count: number) =>
      groupShards(
        Array.from({ length: count }, () => a),
        () => [1, 2, 4, 8],
      ).map((group) => group.length);
    expect(lengths(7)).toEqual([4, 2, 1]);
    expect(lengths(13)).toEqual([8, 4, 1]);
  });
});
