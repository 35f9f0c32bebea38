// Losses on the outputs of valid targets, each with its gradient: softmax cross-entropy, squared error, and
// sigmoid cross-entropy of independent keys.
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { Tfjs } from './tfjs.js';

export type LossAndGradient = {
  /** [slots] loss of each target */
  readonly losses: Tensor1D;
  /** [slots, out] gradient of the summed loss */
  readonly outputGrad: Tensor2D;
};

/** Computes -log softmax(logits)[class] in nats, shifted by the maximum so that no exponential overflows; `target` is one-hot. */
export function softmaxCrossEntropy(tf: Tfjs, logits: Tensor2D, target: Tensor2D): LossAndGradient {
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  const exponentials = tf.exp(shifted);
  const total = tf.sum(exponentials, 1, true); // [slots, 1], at least 1
  const targetLogit = tf.sum(tf.mul(shifted, target), 1);
  return {
    losses: tf.sub(tf.log(tf.squeeze(total, [1])), targetLogit) as Tensor1D,
    outputGrad: tf.sub(tf.div(exponentials, total), target) as Tensor2D,
  };
}

/** Computes the sum over outputs of (output - value)^2 of each target, without PyTorch's mean over outputs. */
export function squaredError(tf: Tfjs, outputs: Tensor2D, values: Tensor2D): LossAndGradient {
  const difference = tf.sub(outputs, values) as Tensor2D;
  return { losses: tf.sum(tf.square(difference), 1), outputGrad: tf.mul(difference, 2) as Tensor2D };
}

/**
 * Computes, summed over outputs, -t log sigmoid(x) - (1 - t) log(1 - sigmoid(x)) in nats, for t from 0 to 1: max(x, 0) - t x +
 * log(1 + e^-|x|), where nothing overflows.
 */
export function binaryCrossEntropy(tf: Tfjs, logits: Tensor2D, target: Tensor2D): LossAndGradient {
  const softplus = tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(logits)))));
  const losses = tf.add(tf.sub(tf.relu(logits), tf.mul(target, logits)), softplus);
  return {
    losses: tf.sum(losses, 1) as Tensor1D,
    outputGrad: tf.sub(tf.sigmoid(logits), target) as Tensor2D,
  };
}
