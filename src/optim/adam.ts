// Adam (Kingma and Ba 2015), AdamW (Loshchilov and Hutter 2019) and AMSGrad (Reddi, Kale and Kumar 2018), as torch.optim computes them.
import type { Layout } from '../tensor/layout.js';
import { rangesByGroup } from './by-group.js';
import type { Optimizer, OptimizerOptions, OptimizerState, UpdateKernel } from './optimizer.js';

/** What one step multiplies by, rounded to float32 once. */
interface StepFactors {
  readonly beta2: number;
  readonly oneLessBeta1: number;
  readonly oneLessBeta2: number;
  readonly stepSize: number;
  readonly rootCorrection2: number;
  readonly epsilon: number;
}

/** What a group's weight decay multiplies by: one of the two has no effect. */
interface DecayFactors {
  readonly decay: number;
  readonly coupledDecay: number;
}

/** The moments of a range of parameters; `maxima` with AMSGrad only. */
interface Moments {
  readonly averages: Float32Array;
  readonly squares: Float32Array;
  readonly maxima: Float32Array | undefined;
}

/** Makes Adam (decay added to the gradient) or AdamW (decay on the weights). The order of operations is in docs/numerics.md. */
export function createAdam(options: OptimizerOptions, layout?: Layout): Optimizer {
  return {
    init(size) {
      const moments = { exp_avg: new Float32Array(size), exp_avg_sq: new Float32Array(size) };
      return {
        moments: options.amsgrad ? { ...moments, max_exp_avg_sq: new Float32Array(size) } : moments,
        scalars: { step: 0, beta1Power: 1, beta2Power: 1 },
        histories: {},
      };
    },
    update(state, params, grads, learningRate) {
      const { exp_avg: averages, exp_avg_sq: squares, max_exp_avg_sq: maxima } = state.moments;
      if (averages === undefined || squares === undefined) {
        throw new TypeError("Adam's state must hold the moments exp_avg and exp_avg_sq.");
      }
      const factors = advance(state, options, learningRate);
      for (const { start, end, value } of rangesByGroup(options.weightDecay, params.length, layout)) {
        const part = (vector: Float32Array): Float32Array => vector.subarray(start, end);
        const moments = { averages: part(averages), squares: part(squares), maxima: maxima && part(maxima) };
        const decay = decayFactors(options.name === 'adamw', learningRate, value);
        updateMoments(part(params), part(grads), moments, { ...factors, ...decay });
      }
    },
    ...(typeof options.weightDecay === 'number' &&
      !options.amsgrad && { kernel: adamKernel(options, options.weightDecay) }),
  };
}

function adamKernel(options: OptimizerOptions, weightDecay: number): UpdateKernel {
  return {
    name: 'adam',
    moments: ['exp_avg', 'exp_avg_sq'],
    advance(state, learningRate) {
      const factors = advance(state, options, learningRate);
      const { beta2, oneLessBeta1, oneLessBeta2, stepSize, rootCorrection2, epsilon } = factors;
      const { decay, coupledDecay } = decayFactors(options.name === 'adamw', learningRate, weightDecay);
      return [decay, coupledDecay, beta2, oneLessBeta1, oneLessBeta2, stepSize, rootCorrection2, epsilon];
    },
  };
}

function decayFactors(isDecoupled: boolean, learningRate: number, weightDecay: number): DecayFactors {
  return {
    decay: Math.fround(isDecoupled ? 1 - learningRate * weightDecay : 1),
    coupledDecay: Math.fround(isDecoupled ? 0 : weightDecay),
  };
}

/** Counts the step. beta^step is a running product: Math.pow's bits follow the engine's version. */
function advance({ scalars }: OptimizerState, options: OptimizerOptions, learningRate: number): StepFactors {
  const beta1Power = (scalars.beta1Power ?? 1) * options.beta1;
  const beta2Power = (scalars.beta2Power ?? 1) * options.beta2;
  Object.assign(scalars, { step: (scalars.step ?? 0) + 1, beta1Power, beta2Power });
  return {
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
  { averages, squares, maxima }: Moments,
  factors: StepFactors & DecayFactors,
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
    let largest = v;
    if (maxima) {
      if (maxima[i]! > v) largest = maxima[i]!;
      maxima[i] = largest;
    }
    const denominator = fround(fround(fround(sqrt(largest)) / rootCorrection2) + epsilon);
    params[i] = p - fround(fround(stepSize * m) / denominator);
  }
}
