// Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019), as torch.optim computes them.
import type { Optimizer, OptimizerOptions, OptimizerState } from './optimizer.js';

/** What one step multiplies by, rounded to float32 once. */
interface StepFactors {
  readonly decay: number;
  readonly coupledDecay: number;
  readonly beta2: number;
  readonly oneLessBeta1: number;
  readonly oneLessBeta2: number;
  readonly stepSize: number;
  readonly rootCorrection2: number;
  readonly epsilon: number;
}

/** Makes Adam (decay added to the gradient) or AdamW (decay on the weights). The order of operations is in docs/numerics.md. */
export function createAdam(options: OptimizerOptions): Optimizer {
  return {
    init(size) {
      return {
        moments: { exp_avg: new Float32Array(size), exp_avg_sq: new Float32Array(size) },
        scalars: { step: 0, beta1Power: 1, beta2Power: 1 },
      };
    },
    update(state, params, grads, learningRate) {
      const { exp_avg: averages, exp_avg_sq: squares } = state.moments;
      if (averages === undefined || squares === undefined) {
        throw new TypeError("Adam's state must hold the moments exp_avg and exp_avg_sq.");
      }
      updateMoments(params, grads, averages, squares, advance(state, options, learningRate));
    },
  };
}

/** Counts the step. beta^step is a running product: Math.pow's bits follow the engine's version. */
function advance({ scalars }: OptimizerState, options: OptimizerOptions, learningRate: number): StepFactors {
  const beta1Power = (scalars.beta1Power ?? 1) * options.beta1;
  const beta2Power = (scalars.beta2Power ?? 1) * options.beta2;
  Object.assign(scalars, { step: (scalars.step ?? 0) + 1, beta1Power, beta2Power });
  const isDecoupled = options.name === 'adamw';
  return {
    decay: Math.fround(isDecoupled ? 1 - learningRate * options.weightDecay : 1),
    coupledDecay: Math.fround(isDecoupled ? 0 : options.weightDecay),
    beta2: Math.fround(options.beta2),
    oneLessBeta1: Math.fround(1 - options.beta1),
    oneLessBeta2: Math.fround(1 - options.beta2),
    stepSize: Math.fround(learningRate / (1 - beta1Power)),
    rootCorrection2: Math.fround(Math.sqrt(1 - beta2Power)),
    epsilon: Math.fround(options.epsilon),
  };
}

function updateMoments(
  params: Float32Array,
  grads: Float32Array,
  averages: Float32Array,
  squares: Float32Array,
  factors: StepFactors,
): void {
  const { fround, sqrt } = Math;
  const { decay, coupledDecay, beta2, oneLessBeta1, oneLessBeta2, stepSize, rootCorrection2, epsilon } = factors;
  for (let i = 0; i < params.length; i++) {
    const p = fround(params[i]! * decay);
    const g = fround(grads[i]! + fround(coupledDecay * p));
    const m0 = averages[i]!;
    const m = fround(m0 + fround(oneLessBeta1 * fround(g - m0))); // torch's lerp
    // (c g) g, not c (g g): the square alone overflows from 1.8e19 on.
    const v = fround(fround(beta2 * squares[i]!) + fround(fround(oneLessBeta2 * g) * g));
    averages[i] = m;
    squares[i] = v;
    const denominator = fround(fround(fround(sqrt(v)) / rootCorrection2) + epsilon);
    params[i] = p - fround(fround(stepSize * m) / denominator);
  }
}
