// Losses on the outputs of valid targets, each with its gradient: softmax cross-entropy and squared error.
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { oneHot } from './one-hot.js';
import type { Tfjs } from './tfjs.js';

export type LossAndGradient = {
  /** [count] loss of each target */
  readonly losses: Tensor1D;
  /** [count, out] gradient of the summed loss */
  readonly outputGrad: Tensor2D;
};

/** Computes -log softmax(logits)[class] in nats, shifted by the maximum so that no exponential overflows. */
export function softmaxCrossEntropy(tf: Tfjs, logits: Tensor2D, classes: ArrayLike<number>): LossAndGradient {
  const target = oneHot(tf, classes, logits.shape[1]);
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  const exponentials = tf.exp(shifted);
  const total = tf.sum(exponentials, 1, true); // [count, 1], at least 1
  const targetLogit = tf.sum(tf.mul(shifted, target), 1);
  return {
    losses: tf.sub(tf.log(tf.squeeze(total, [1])), targetLogit) as Tensor1D,
    outputGrad: tf.sub(tf.div(exponentials, total), target) as Tensor2D,
  };
}

/** Computes the sum over outputs of (output - value)^2 of each target, without PyTorch's mean over outputs. */
export function squaredError(tf: Tfjs, outputs: Tensor2D, values: Float32Array): LossAndGradient {
  const difference = tf.sub(outputs, tf.tensor2d(values, outputs.shape)) as Tensor2D;
  return { losses: tf.sum(tf.square(difference), 1), outputGrad: tf.mul(difference, 2) as Tensor2D };
}
