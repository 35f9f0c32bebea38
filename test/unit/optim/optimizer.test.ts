// What every optimizer must do, as one suite over all of them, and the order of operations that faster kernels must keep.
import { describe, expect, it } from 'vitest';
import { rangesByGroup } from '../../../src/optim/by-group.js';
import { createOptimizer } from '../../../src/optim/create-optimizer.js';
import type { OptimizerOptions } from '../../../src/optim/optimizer.js';
import { layTensors } from '../../../src/tensor/layout.js';

const defaults = {
  momentum: 0,
  beta1: 0.9,
  beta2: 0.999,
  nesterov: false,
  alpha: 0.99,
  amsgrad: false,
  epsilon: 1e-8,
  weightDecay: 0,
};
const optimizers: (OptimizerOptions & { label: string; learningRate: number })[] = [
  { ...defaults, label: 'sgd', name: 'sgd', learningRate: 0.1 },
  { ...defaults, label: 'sgd with momentum', name: 'sgd', momentum: 0.9, learningRate: 0.02 },
  { ...defaults, label: 'sgd with Nesterov momentum', name: 'sgd', momentum: 0.9, nesterov: true, learningRate: 0.02 },
  { ...defaults, label: 'rmsprop', name: 'rmsprop', learningRate: 0.0005 },
  { ...defaults, label: 'rmsprop with momentum', name: 'rmsprop', momentum: 0.5, learningRate: 0.0005 },
  { ...defaults, label: 'adam', name: 'adam', learningRate: 0.05 },
  { ...defaults, label: 'adamw', name: 'adamw', learningRate: 0.05 },
  { ...defaults, label: 'amsgrad', name: 'adam', amsgrad: true, learningRate: 0.05 },
];

describe.each(optimizers)('$label', ({ learningRate, ...options }) => {
  const optimizer = createOptimizer(options);

  it('solves a quadratic', () => {
    const target = Float32Array.of(1, -2, 0.5, 0);
    const curvature = [1, 0.5, 2, 1];
    const params = new Float32Array(4);
    const state = optimizer.init(4);
    for (let step = 0; step < 5000; step++) {
      const grads = params.map((value, i) => curvature[i]! * (value - target[i]!));
      optimizer.update(state, params, grads, learningRate);
    }
    params.forEach((value, i) => expect(value).toBeCloseTo(target[i]!, 3));
  });

  it('goes on to the same bits from a copy of its state', () => {
    const grads = Float32Array.of(0.3, -0.1, 2);
    const params = Float32Array.of(1, 2, 3);
    const state = optimizer.init(3);
    optimizer.update(state, params, grads, learningRate);
    const copy = structuredClone({ state, params });
    optimizer.update(state, params, grads, learningRate);
    optimizer.update(copy.state, copy.params, grads, learningRate);
    expect(copy).toEqual({ state, params });
  });

  it('leaves gradients alone', () => {
    const grads = Float32Array.of(0.3, -0.1);
    optimizer.update(optimizer.init(2), Float32Array.of(1, 2), grads, learningRate);
    expect(grads).toEqual(Float32Array.of(0.3, -0.1));
  });
});

it('keeps no moment for sgd without momentum, and PyTorch names for the others', () => {
  const namesOf = (name: OptimizerOptions['name'], momentum: number) =>
    Object.keys(createOptimizer({ ...defaults, name, momentum }).init(1).moments);
  expect(namesOf('sgd', 0)).toEqual([]);
  expect(namesOf('sgd', 0.9)).toEqual(['momentum_buffer']);
  expect(namesOf('adamw', 0)).toEqual(['exp_avg', 'exp_avg_sq']);
});

it('keeps beta^step as a running product', () => {
  const optimizer = createOptimizer({ ...defaults, name: 'adam' });
  const state = optimizer.init(1);
  for (let step = 0; step < 3; step++) optimizer.update(state, Float32Array.of(1), Float32Array.of(1), 0.1);
  expect(state.scalars).toEqual({ step: 3, beta1Power: 0.9 * 0.9 * 0.9, beta2Power: 0.999 * 0.999 * 0.999 });
});

it('finishes an Adam step for gradients whose float32 square overflows', () => {
  const optimizer = createOptimizer({ ...defaults, name: 'adam' });
  const params = Float32Array.of(1);
  const state = optimizer.init(1);
  optimizer.update(state, params, Float32Array.of(1e20), 0.1);
  expect(state.moments.exp_avg_sq![0]).toBeLessThan(Infinity);
  expect(params[0]).toBeCloseTo(0.9, 6);
});

describe('weight decay by group', () => {
  const layout = layTensors([
    { name: 'in', shape: [2], group: 'input' },
    { name: 'recurrent', shape: [2], group: 'recurrent' },
    { name: 'bias', shape: [1], group: 'bias' },
    { name: 'out', shape: [1], group: 'output' },
  ]);

  it.each(optimizers)(
    'gives each group the bits of a run with its number alone: $label',
    ({ learningRate, ...options }) => {
      const grads = [Float32Array.of(0.3, -0.1, 2, 1, 0.5, 0.1), Float32Array.of(-0.2, 0.1, 0.3, 1, 0.5, -0.7)];
      const train = (weightDecay: OptimizerOptions['weightDecay']): Float32Array => {
        const optimizer = createOptimizer({ ...options, weightDecay }, layout);
        const params = Float32Array.of(1, 2, 3, 4, 5, 6);
        const state = optimizer.init(6);
        for (const step of grads) optimizer.update(state, params, step, learningRate);
        return params;
      };
      const mixed = train({ others: 0.1, recurrent: 0.2, bias: 0 });
      expect(mixed.slice(0, 2)).toEqual(train(0.1).slice(0, 2));
      expect(mixed.slice(2, 4)).toEqual(train(0.2).slice(2, 4));
      expect(mixed.slice(4, 5)).toEqual(train(0).slice(4, 5));
      expect(mixed.slice(5)).toEqual(train(0.1).slice(5));
      expect(mixed[2]).not.toBe(train(0.1)[2]);
    },
  );

  it('takes as few ranges as there can be', () => {
    expect(rangesByGroup({ bias: 0.5 }, 6, layout)).toEqual([
      { start: 0, end: 4, value: 0 },
      { start: 4, end: 5, value: 0.5 },
      { start: 5, end: 6, value: 0 },
    ]);
    expect(rangesByGroup(0.1, 6, layout)).toEqual([{ start: 0, end: 6, value: 0.1 }]);
  });
});
