// Stochastic gradient descent with momentum (Polyak 1964), as torch.optim.SGD computes it: coupled decay, no dampening.
import type { Optimizer, OptimizerOptions, OptimizerState } from './optimizer.js';

/** Makes SGD; without momentum it keeps no moment. The order of operations is in docs/numerics.md. */
export function createSgd({ momentum, weightDecay }: Pick<OptimizerOptions, 'momentum' | 'weightDecay'>): Optimizer {
  return {
    init(size) {
      // From zeros the first buffer is 0 * momentum + grad = grad, PyTorch's first step.
      return { moments: momentum === 0 ? {} : { momentum_buffer: new Float32Array(size) }, scalars: { step: 0 } };
    },
    update(state, params, grads, learningRate) {
      const rates = {
        learningRate: Math.fround(learningRate),
        momentum: Math.fround(momentum),
        weightDecay: Math.fround(weightDecay),
      };
      const buffer = state.moments.momentum_buffer;
      if (buffer === undefined) updatePlain(params, grads, rates);
      else updateWithMomentum(params, grads, buffer, rates);
      countStep(state);
    },
  };
}

interface Rates {
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
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
