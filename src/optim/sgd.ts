// Stochastic gradient descent with momentum (Polyak 1964; Nesterov 1983), as torch.optim.SGD computes it: coupled decay, no dampening.
import type { Layout } from '../tensor/layout.js';
import { rangesByGroup } from './by-group.js';
import type { Optimizer, OptimizerOptions, OptimizerState, UpdateKernel } from './optimizer.js';

type SgdOptions = Pick<OptimizerOptions, 'momentum' | 'nesterov' | 'weightDecay'>;

/** Makes SGD; without momentum it keeps no moment. The order of operations is in docs/numerics.md. */
export function createSgd({ momentum, nesterov, weightDecay }: SgdOptions, layout?: Layout): Optimizer {
  return {
    init(size) {
      // From zeros the first buffer is 0 * momentum + grad = grad, PyTorch's first step.
      const moments = momentum === 0 ? {} : { momentum_buffer: new Float32Array(size) };
      return { moments, scalars: { step: 0 }, histories: {} };
    },
    update(state, params, grads, learningRate) {
      const buffer = state.moments.momentum_buffer;
      for (const { start, end, value } of rangesByGroup(weightDecay, params.length, layout)) {
        const part = (vector: Float32Array): Float32Array => vector.subarray(start, end);
        const rates = roundRates(momentum, value, learningRate);
        if (buffer === undefined) updatePlain(part(params), part(grads), rates);
        else if (nesterov) updateWithNesterov(part(params), part(grads), part(buffer), rates);
        else updateWithMomentum(part(params), part(grads), part(buffer), rates);
      }
      countStep(state);
    },
    ...(typeof weightDecay === 'number' && !nesterov && { kernel: sgdKernel(momentum, weightDecay) }),
  };
}

function sgdKernel(momentum: number, weightDecay: number): UpdateKernel {
  return {
    name: momentum === 0 ? 'sgd' : 'sgdMomentum',
    moments: momentum === 0 ? [] : ['momentum_buffer'],
    advance(state, learningRate) {
      const rates = roundRates(momentum, weightDecay, learningRate);
      countStep(state);
      return [rates.weightDecay, ...(momentum === 0 ? [] : [rates.momentum]), rates.learningRate];
    },
  };
}

interface Rates {
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

function roundRates(momentum: number, weightDecay: number, learningRate: number): Rates {
  const { fround } = Math;
  return { learningRate: fround(learningRate), momentum: fround(momentum), weightDecay: fround(weightDecay) };
}

function countStep(state: OptimizerState): void {
  state.scalars.step = (state.scalars.step ?? 0) + 1;
}

function updatePlain(params: Float32Array, grads: Float32Array, { learningRate, weightDecay }: Rates): void {
  const { fround } = Math;
  for (let i = 0; i < params.length; i++) {
    const p = params[i]!;
    const g = fround(grads[i]! + fround(weightDecay * p));
    params[i] = p - fround(learningRate * g);
  }
}

function updateWithMomentum(params: Float32Array, grads: Float32Array, buffer: Float32Array, rates: Rates): void {
  const { fround } = Math;
  const { learningRate, momentum, weightDecay } = rates;
  for (let i = 0; i < params.length; i++) {
    const p = params[i]!;
    const g = fround(grads[i]! + fround(weightDecay * p));
    const b = fround(fround(momentum * buffer[i]!) + g);
    buffer[i] = b;
    params[i] = p - fround(learningRate * b);
  }
}

function updateWithNesterov(params: Float32Array, grads: Float32Array, buffer: Float32Array, rates: Rates): void {
  const { fround } = Math;
  const { learningRate, momentum, weightDecay } = rates;
  for (let i = 0; i < params.length; i++) {
    const p = params[i]!;
    const g = fround(grads[i]! + fround(weightDecay * p));
    const b = fround(fround(momentum * buffer[i]!) + g);
    buffer[i] = b;
    params[i] = p - fround(learningRate * fround(g + fround(momentum * b)));
  }
}
