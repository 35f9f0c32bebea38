import { describe, expect, it } from 'vitest';
import { BatchStatistics } from '../../../src/coordinator/batch-statistics.js';
import { collectivesOf } from '../../../src/params/batch-statistics.js';
import { layoutOfModel } from '../../../src/params/layout-of-model.js';
import type { ModelSpec } from '../../../src/params/model-spec.js';
import { viewTensor } from '../../../src/tensor/layout.js';

const base: ModelSpec = {
  cell: 'rnn',
  layers: 1,
  inputs: 'dense',
  inputSize: 1,
  hiddenSize: 1,
  outputSize: 1,
  loss: 'squared-error',
  targetsPer: 'sequence',
};

const bytes = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const scores = (...parts: number[][]) =>
  parts.map((part, shard) => ({ shard, loss: 0, count: 0, correct: 0, part: bytes(...part) }));

function begin(spec: ModelSpec, openSteps: number, numShards = 2) {
  const layout = layoutOfModel(spec);
  const plan = { spec, layout, numShards, maxSteps: spec.normSteps ?? openSteps, openSteps: () => openSteps };
  const statistics = new BatchStatistics(plan);
  const params = new Float32Array(layout.size);
  /** The running averages after the step, from 0. */
  const end = (name: string): number[] => {
    for (const { offset, values } of statistics.takeBuffers(params)) params.set(values, offset);
    return [
      ...viewTensor(
        params,
        layout.tensors.find((tensor) => tensor.name === `rnn.${name}_l0`)!,
      ),
    ];
  };
  return { statistics, end };
}

describe('running averages', () => {
  it('take a tenth of the moments of all shards, the variance unbiased', () => {
    const { statistics, end } = begin({ ...base, norm: 'batch' }, 3);
    // The values 1, 3 in one shard and 5 in the other: mean 3, variance 4.
    statistics.collected(scores([2, 2, 2], [1, 5, 0]));
    expect([...new Float32Array(Uint8Array.from(statistics.totals[0]!).buffer)]).toEqual([3, Math.fround(8 / 3)]);
    expect(end('running_mean')).toEqual([Math.fround(0.3)]);
    expect(end('running_var')).toEqual([Math.fround(0.4)]);
    expect(statistics.totals).toEqual([]);
  });

  it('of a time step with one row, or beyond the longest sequence, go on with those of the step before', () => {
    const spec: ModelSpec = { ...base, norm: 'batch-step', normSteps: 4 };
    const { statistics, end } = begin(spec, 2);
    expect(collectivesOf(spec, 2).map(({ timeStep, isForward }) => [timeStep, isForward])).toEqual([
      [0, true],
      [1, true],
      [1, false],
      [0, false],
    ]);
    statistics.collected(scores([2, 10, 20, 0, 0], [0, 0, 0, 0, 0]));
    statistics.collected(scores([1, 7, 7, 0, 0], [0, 0, 0, 0, 0]));
    expect(end('running_mean')).toEqual([1, 2, 1, 2, 1, 2, 1, 2]);
  });

  it('of shards that are normalised alone have the squares about each one’s own mean', () => {
    const { statistics, end } = begin({ ...base, norm: 'batch-ghost' }, 3, 3);
    const report = { loss: 0, count: 1, squaredNorm: 0, nonFinite: '' };
    const reports = [
      { ...report, shard: 0, moments: bytes(2, 2, 2) },
      { ...report, shard: 2, moments: bytes(2, 12, 6) },
    ];
    statistics.checkOwn(reports);
    statistics.reported(reports);
    expect(end('running_mean')).toEqual([Math.fround(0.7)]);
    const moments = end('running_var');
    expect(moments).toEqual([Math.fround(0.4)]);
  });
});

it('tells whose part is not finite', () => {
  const { statistics } = begin({ ...base, norm: 'batch' }, 3, 3);
  expect(statistics.collected(scores([2, 2, 2], [1, NaN, 0], [1, 1, Infinity]))).toEqual([1, 2]);
});

it('refuses parts of another size, and what no message can carry', () => {
  const { statistics } = begin({ ...base, norm: 'batch' }, 3);
  expect(() => statistics.check(scores([2, 2]))).toThrow(expect.objectContaining({ code: 'STATISTICS_INVALID' }));
  const ghost = begin({ ...base, norm: 'batch-ghost' }, 3).statistics;
  const report = { shard: 0, loss: 0, count: 1, squaredNorm: 0, nonFinite: '' };
  expect(() => ghost.checkOwn([report])).toThrow(expect.objectContaining({ code: 'STATISTICS_INVALID' }));
  const large: ModelSpec = { ...base, cell: 'lstm', hiddenSize: 500, norm: 'batch-step', normSteps: 400 };
  expect(() => begin(large, 400)).toThrow(expect.objectContaining({ code: 'NORM_SIZE' }));
});
