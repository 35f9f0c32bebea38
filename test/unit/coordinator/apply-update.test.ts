// The end of a step: what is applied, what is left out, what is refused.
import { describe, expect, it } from 'vitest';
import { applyUpdate, type TrainingState, type UpdateRules } from '../../../src/coordinator/apply-update.js';
import { createOptimizer } from '../../../src/optim/create-optimizer.js';
import { createVectorArena } from '../../../src/tensor/vector-arena.js';
import { layTensors } from '../../../src/tensor/layout.js';
import { health } from './core-story.js';

const layout = layTensors([
  { name: 'weight', shape: [2], group: 'recurrent' },
  { name: 'bias', shape: [1], group: 'bias' },
]);
const optimizer = createOptimizer({
  name: 'sgd',
  momentum: 0,
  beta1: 0.9,
  beta2: 0.999,
  nesterov: false,
  alpha: 0.99,
  amsgrad: false,
  epsilon: 1e-8,
  weightDecay: 0,
});
const rules: UpdateRules = {
  arena: createVectorArena(),
  digestAlgorithm: 'blocks',
  layout,
  numShards: 4,
  optimizer,
  schedule: {
    name: 'constant',
    learningRate: 0.5,
    warmupSteps: 0,
    totalSteps: 9,
    minLearningRate: 0,
    decaySteps: 1,
    decayFactor: 1,
    patience: 0,
  },
  clip: [],
  l1: 0,
  l2: 0,
  skipsNonFinite: false,
};
const state = (...params: number[]): TrainingState => ({
  step: 0,
  params: Float32Array.from(params),
  optimizer: optimizer.init(3),
});
const reports = [0, 1, 2, 3].map((shard) => health(shard));

describe('an update', () => {
  it('takes the mean over all valid targets, and the loss likewise', () => {
    const training = state(1, 1, 1);
    const outcome = applyUpdate(training, rules, reports, { left: Float32Array.of(8, 16, 24) });
    expect([...training.params]).toEqual([0.5, 0, -0.5]); // 1 - 0.5 * sum / 8
    expect(outcome).toMatchObject({
      loss: 1,
      count: 8,
      gradNorm: Math.sqrt(14),
      clippedNorm: Math.sqrt(14),
      clipCoefficient: 1,
      skipped: false,
    });
    expect(training.step).toBe(1);
  });

  it('clips the mean, not the sum', () => {
    const training = state(0, 0, 0);
    const outcome = applyUpdate(
      training,
      { ...rules, clip: [{ name: 'global-norm', maxNorm: 1, order: 2 }] },
      reports,
      {
        left: Float32Array.of(0, 0, 16),
      },
    );
    expect(outcome).toMatchObject({ gradNorm: 2, clippedNorm: 1, clipCoefficient: 0.5 });
    expect([...training.params]).toEqual([0, 0, -0.5]);
  });

  it('adds penalties to weights, not to biases, before the norm', () => {
    const outcome = applyUpdate(state(3, -4, 7), { ...rules, l2: 0.5 }, reports, { left: new Float32Array(3) });
    expect(outcome.gradNorm).toBe(5);
  });

  it('sums the losses along the tree, in whatever order the reports came', () => {
    const losses = [0.1, 0.2, 0.3, 1e16];
    const told = losses.map((loss, shard) => health(shard, { loss }));
    const run = (given: typeof told): number =>
      applyUpdate(state(0, 0, 0), rules, given, { left: new Float32Array(3) }).loss;
    expect(run(told)).toBe((0.1 + 0.2 + (0.3 + 1e16)) / 8);
    expect(run(told.toReversed())).toBe(run(told));
  });

  it('counts the targets of excluded shards neither in the mean nor in the loss', () => {
    const training = state(0, 0, 0);
    const outcome = applyUpdate(training, rules, reports.slice(1), { left: Float32Array.of(6, 6, 6) });
    expect(outcome).toMatchObject({ count: 6, loss: (1.5 + 2.5 + 3.5) / 6 });
    expect([...training.params]).toEqual([-0.5, -0.5, -0.5]);
  });

  it.each([
    ['it was skipped', [], undefined],
    ['no shard is left', [], { left: Float32Array.of(1, 1, 1) }],
  ])('leaves everything but the step as it is when %s', (_why, told, sum) => {
    const training = state(1, 2, 3);
    const outcome = applyUpdate(training, rules, told, sum);
    expect([...training.params]).toEqual([1, 2, 3]);
    expect(outcome).toMatchObject({ skipped: true, loss: NaN, count: 0, gradNorm: NaN });
    expect(training.step).toBe(1);
  });
});

describe('a step is refused', () => {
  it('before the weights change, when the sum has overflowed', () => {
    const training = state(1, 2, 3);
    expect(() => applyUpdate(training, rules, reports, { left: Float32Array.of(0, Infinity, 0) })).toThrow(
      expect.objectContaining({ code: 'GRADIENT_NOT_FINITE', exitCode: 4 }),
    );
    expect([...training.params]).toEqual([1, 2, 3]);
  });

  it('is left out instead when such updates are to be skipped, though every shard was finite', () => {
    const training = state(1, 2, 3);
    const outcome = applyUpdate(training, { ...rules, skipsNonFinite: true }, reports, {
      left: Float32Array.of(0, Infinity, 0),
    });
    expect([...training.params]).toEqual([1, 2, 3]);
    expect(outcome).toMatchObject({ skipped: true, gradNorm: NaN, count: 8 });
    expect(training.step).toBe(1);
  });

  it('when the weights overflow, saying norm and learning rate', () => {
    const huge = { ...rules, schedule: { ...rules.schedule, learningRate: 1e38 } };
    expect(() => applyUpdate(state(0, 0, 0), huge, reports, { left: Float32Array.of(0, 80, 0) })).toThrow(
      expect.objectContaining({
        code: 'WEIGHTS_NOT_FINITE',
        message: expect.stringMatching(/Step 1: .*gradient norm 10, learning rate 1e\+38/),
      }),
    );
  });
});

it('sets buffers after the update, and lets no value that is not finite into them', () => {
  const sum = () => ({ left: Float32Array.of(0, 16, 24) });
  const training = state(3, -4, 7);
  applyUpdate(training, { ...rules, buffers: [{ offset: 0, values: Float32Array.of(9) }] }, reports, sum());
  expect(training.params[0]).toBe(9);
  const infinite = { ...rules, buffers: [{ offset: 0, values: Float32Array.of(Infinity) }] };
  const broken = expect.objectContaining({ code: 'WEIGHTS_NOT_FINITE' });
  expect(() => applyUpdate(training, infinite, reports, sum())).toThrow(broken);
  expect(applyUpdate(training, { ...infinite, skipsNonFinite: true }, reports, sum()).skipped).toBe(true);
  expect(training.params[0]).toBe(9);
});
