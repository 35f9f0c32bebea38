// What every optimizer must do, as one suite over all of them, and the order of operations that faster kernels must keep.
import { describe, expect, it } from 'vitest';
import { createOptimizer } from '../../../src/optim/create-optimizer.js';
import type { OptimizerOptions } from '../../../src/optim/optimizer.js';

const defaults = { momentum: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
const optimizers: (OptimizerOptions & { label: string; learningRate: number })[] = [
  { ...defaults, label: 'sgd', name: 'sgd', learningRate: 0.1 },
  { ...defaults, label: 'sgd with momentum', name: 'sgd', momentum: 0.9, learningRate: 0.02 },
  { ...defaults, label: 'adam', name: 'adam', learningRate: 0.05 },
  { ...defaults, label: 'adamw', name: 'adamw', learningRate: 0.05 },
];

describe.each(optimizers)('$label', ({ learningRate, ...options }) => {
  const optimizer = createOptimizer(options);

  it('solves a quadratic', () => {
    const target = Float32Array.of(1, -2, 0.5, 0);
    const curvature = [1, 0.5, 2, 1];
    const params = new Float32Array(4);
    const state = optimizer.init(4);
    for (let step = 0; step < 1000; step++) {
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
