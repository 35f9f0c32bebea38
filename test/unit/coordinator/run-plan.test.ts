// What a run will do: cadence, partial batches, shards of the evaluation, shapes.
import { describe, expect, it } from 'vitest';
import { planRun } from '../../../src/coordinator/run-plan.js';
import type { TrainingOptions } from '../../../src/coordinator/training-options.js';
import { loadAdding } from '../../../src/data/adding.js';
import { buildDataset } from '../../../src/data/build-dataset.js';

const data = { name: 'adding', length: 9, minLength: 4, examples: 50, seed: 1 } as const;
const dataset = loadAdding(data);
const options: TrainingOptions = {
  data,
  cell: 'lstm',
  layers: 1,
  hiddenSize: 4,
  initializer: {
    input: 'glorot-uniform',
    recurrent: 'orthogonal',
    forgetBias: 1,
  } as unknown as TrainingOptions['initializer'],
  globalBatch: 16,
  shards: 4,
  dropLast: false,
  epochs: 2,
  seed: 3,
  optimizer: {
    name: 'sgd',
    momentum: 0,
    beta1: 0.9,
    beta2: 0.999,
    nesterov: false,
    alpha: 0.99,
    amsgrad: false,
    epsilon: 1e-8,
    weightDecay: 0,
  },
  schedule: {
    name: 'cosine',
    learningRate: 0.1,
    warmupSteps: 0,
    totalSteps: 1,
    minLearningRate: 0,
    decaySteps: 1,
    decayFactor: 1,
    patience: 0,
  },
  clip: [],
  l1: 0,
  l2: 0,
  saveSpikes: false,
  onNonFinite: 'recompute',
  keep: 3,
  backend: 'auto',
  execution: 'auto',
  allowMixedKernels: false,
  minWorkers: 0,
};
const plan = planRun(dataset, options);
const shards = [0, 1, 2, 3];

describe('a plan', () => {
  it('counts the last partial batch as a step, and leaves it out with dropLast', () => {
    expect([plan.stepsPerEpoch, plan.totalSteps]).toEqual([4, 8]);
    const dropped = planRun(dataset, { ...options, dropLast: true });
    expect([dropped.stepsPerEpoch, dropped.totalSteps]).toEqual([3, 6]);
    expect(plan.epochAfter(6)).toBe(1.5);
  });

  it('ends at the steps that were asked for, and hands them to the schedule', () => {
    const { epochs: _epochs, ...rest } = options;
    const stepped = planRun(dataset, { ...rest, steps: 5 });
    expect([stepped.totalSteps, stepped.schedule.totalSteps]).toEqual([5, 5]);
  });

  it('evaluates and saves every epoch unless told otherwise; 0 is never', () => {
    expect([plan.core.evaluateEvery, plan.core.saveEvery]).toEqual([4, 4]);
    const { core } = planRun(dataset, { ...options, evaluateEvery: 0, saveEvery: 3 });
    expect([core.evaluateEvery, core.saveEvery]).toEqual([0, 3]);
  });

  it('uses every example once an epoch, and each epoch in another order', () => {
    const epoch = (first: number): number[] =>
      [0, 1, 2, 3].flatMap((step) => shards.flatMap((shard) => [...plan.exampleIds('train', first + step, shard)]));
    const everyone = Array.from({ length: 50 }, (_, id) => id);
    expect(epoch(0).toSorted((a, b) => a - b)).toEqual(everyone);
    expect(epoch(4).toSorted((a, b) => a - b)).toEqual(everyone);
    expect(epoch(4)).not.toEqual(epoch(0));
  });

  it('gives the same answer whatever was asked before', () => {
    const far = plan.exampleIds('train', 7, 1);
    for (const step of [0, 3, 1, 5, 2, 6]) plan.exampleIds('train', step, 0);
    expect(plan.exampleIds('train', 7, 1)).toEqual(far);
    expect(planRun(dataset, options).exampleIds('train', 7, 1)).toEqual(far);
  });

  it('leaves shards of a small last batch empty, and knows that they have no targets', () => {
    const counts = (step: number): number[] => shards.map((shard) => plan.core.targetCount('train', step, shard));
    expect(counts(0)).toEqual([4, 4, 4, 4]);
    expect(counts(3)).toEqual([0, 1, 0, 1]);
  });

  it('pads every shard of a step to its longest sequence', () => {
    const ids = shards.flatMap((shard) => [...plan.exampleIds('train', 2, shard)]);
    expect(plan.shape('train', 2)).toEqual({
      rows: 4,
      steps: Math.max(...ids.map((id) => dataset.train.lengths[id] ?? 0)),
    });
    expect(plan.shape('evaluate', 2)).toEqual({ rows: 64, steps: 9 });
  });

  it('cuts the evaluation into shards of 64 rows, the last one shorter', () => {
    const { numEvaluationShards } = plan.core;
    expect(numEvaluationShards).toBe(Math.ceil(dataset.test.size / 64));
    const rows = Array.from({ length: numEvaluationShards }, (_, shard) => plan.core.targetCount('evaluate', 0, shard));
    expect(rows.reduce((sum, count) => sum + count, 0)).toBe(dataset.test.size);
    expect([rows[0], rows.at(-1)]).toEqual([64, dataset.test.size % 64 || 64]);
  });

  it('wants one worker at least', () => {
    expect(plan.core.minWorkers).toBe(1);
  });
});

it('scores the validation split first, then the test split, each in shards of its own', () => {
  const spec = dataset.spec;
  const part = (length: number) => ({
    lengths: Int32Array.of(length),
    inputs: new Float32Array(2 * length),
    targets: new Float32Array(1),
  });
  const withValid = buildDataset(spec, part(4), part(6), { valid: part(5) });
  const both = planRun(withValid, options);
  expect(both.evaluations.map(({ split, firstShard }) => [split.name, firstShard])).toEqual([
    ['valid', 0],
    ['test', 1],
  ]);
  expect(both.core.numEvaluationShards).toBe(2);
  expect([0, 1].map((shard) => both.split('evaluate', shard).lengths[0])).toEqual([5, 6]);
});
