// RMSprop (Tieleman and Hinton 2012), as torch.optim.RMSprop computes it: coupled decay, not centred, epsilon outside the root.
import type { Layout } from '../tensor/layout.js';
import { rangesByGroup } from './by-group.js';
import type { Optimizer, OptimizerOptions } from './optimizer.js';

type RmspropOptions = Pick<OptimizerOptions, 'alpha' | 'epsilon' | 'momentum' | 'weightDecay'>;

/** What one step multiplies by, rounded to float32 once. */
interface Factors {
  readonly alpha: number;
  readonly oneLessAlpha: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** Makes RMSprop; without momentum it keeps the mean square alone. The order of operations is in docs/numerics.md. */
export function createRmsprop({ alpha, epsilon, momentum, weightDecay }: RmspropOptions, layout?: Layout): Optimizer {
  const { fround } = Math;
  return {
    init(size) {
      const squares = { square_avg: new Float32Array(size) };
      const moments = momentum === 0 ? squares : { ...squares, momentum_buffer: new Float32Array(size) };
      return { moments, scalars: { step: 0 }, histories: {} };
    },
    update(state, params, grads, learningRate) {
      const { square_avg: squares, momentum_buffer: buffer } = state.moments;
      if (squares === undefined) throw new TypeError("RMSprop's state must hold the moment square_avg.");
      for (const { start, end, value } of rangesByGroup(weightDecay, params.length, layout)) {
        const part = (vector: Float32Array): Float32Array => vector.subarray(start, end);
        updatePart(part(params), part(grads), part(squares), buffer && part(buffer), {
          alpha: fround(alpha),
          oneLessAlpha: fround(1 - alpha),
          epsilon: fround(epsilon),
          momentum: fround(momentum),
          learningRate: fround(learningRate),
          weightDecay: fround(value),
        });
      }
      state.scalars.step = (state.scalars.step ?? 0) + 1;
    },
  };
}

function updatePart(
  params: Float32Array,
  grads: Float32Array,
  squares: Float32Array,
  buffer: Float32Array | undefined,
  { alpha, oneLessAlpha, epsilon, momentum, learningRate, weightDecay }: Factors,
): void {
  const { fround, sqrt } = Math;
  for (let i = 0; i < params.length; i++) {
    const p = params[i]!;
    const g = fround(grads[i]! + fround(weightDecay * p));
    // (c g) g, not c (g g): the square alone overflows from 1.8e19 on.
    const v = fround(fround(alpha * squares[i]!) + fround(fround(oneLessAlpha * g) * g));
    squares[i] = v;
    let direction = fround(g / fround(fround(sqrt(v)) + epsilon));
    if (buffer) {
      direction = fround(fround(momentum * buffer[i]!) + direction);
      buffer[i] = direction;
    }
    params[i] = p - fround(learningRate * direction);
  }
}
