// The dense head and the losses for one target: outputs, loss, and the gradient that goes back.
import type { ModelSpec } from '../params/model-spec.js';
import { addProduct, addTransposedProduct, logistic, type Matrix } from './vectors.js';

export interface HeadResult {
  readonly outputs: Float32Array;
  readonly loss: number;
  /** dL/dh [width] */
  readonly hiddenGrad: Float32Array;
}

/** Computes one target's loss; `target` is the place of its first value, or of its class. */
export function runHead(
  { loss: name, outputSize }: Pick<ModelSpec, 'loss' | 'outputSize'>,
  weight: Matrix,
  bias: Float32Array,
  hidden: Float32Array,
  targets: ArrayLike<number>,
  target: number,
): HeadResult {
  const sums = Float64Array.from(bias);
  addProduct(sums, weight, hidden);
  const outputs = Float32Array.from(sums);
  const wanted = (i: number): number => targets[target * outputSize + i]!;
  const { loss, grad } = name === 'softmax' ? softmax(outputs, targets[target]!) : perOutput(name, outputs, wanted);
  const hiddenGrad = new Float64Array(hidden.length);
  addTransposedProduct(hiddenGrad, weight, grad);
  return { outputs, loss, hiddenGrad: Float32Array.from(hiddenGrad) };
}

function softmax(outputs: Float32Array, wanted: number): { loss: number; grad: Float32Array } {
  const largest = Math.max(...outputs);
  const exponentials = Float64Array.from(outputs, (output) => Math.exp(output - largest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return {
    loss: Math.log(total) + largest - outputs[wanted]!,
    grad: Float32Array.from(exponentials, (value, i) => value / total - Number(i === wanted)),
  };
}

function perOutput(name: 'squared-error' | 'binary', outputs: Float32Array, wanted: (i: number) => number) {
  let loss = 0;
  const grad = outputs.map((output, i) => {
    const target = wanted(i);
    if (name === 'squared-error') {
      loss += (output - target) * (output - target);
      return 2 * (output - target);
    }
    loss += Math.max(output, 0) - output * target + Math.log(1 + Math.exp(-Math.abs(output)));
    return logistic(output) - target;
  });
  return { loss: Math.fround(loss), grad };
}
