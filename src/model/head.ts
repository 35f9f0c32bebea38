// The dense head and the loss of one shard: outputs only where a target reads them.
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { LossName, ModelSpec } from '../params/model-spec.js';
import { binaryCrossEntropy, softmaxCrossEntropy, squaredError } from './losses.js';
import type { TargetTensors } from './stack-tensors.js';
import type { Tfjs } from './tfjs.js';
import type { HeadWeights } from './weights.js';

export type HeadRun = {
  readonly read: Tensor2D; // h where targets read it [slots, D*H]
  readonly losses: Tensor1D; // [slots]
  readonly outputs: Tensor2D; // [slots, out]
  readonly outputGrad: Tensor2D; // [slots, out], zeros where no valid target is
};

const lossFunctions = {
  softmax: softmaxCrossEntropy,
  'squared-error': squaredError,
  binary: binaryCrossEntropy,
} as const satisfies Record<LossName, unknown>;

/** One shard's gradients of the head. */
export type HeadGradients = { readonly weight: Tensor2D; readonly bias: Tensor1D };

/** Runs the head on a shard's targets; `hidden` [steps * rows, D*H] is the whole stack's. */
export function runHead(
  tf: Tfjs,
  spec: ModelSpec,
  weights: HeadWeights,
  hidden: Tensor2D,
  targets: TargetTensors,
): HeadRun {
  return tf.tidy(() => {
    const read = tf.gather(hidden, targets.positions);
    const outputs = tf.add(tf.matMul(read, weights.weightT), weights.bias) as Tensor2D;
    const { losses, outputGrad } = lossFunctions[spec.loss](tf, outputs, targets.values);
    return { read, outputs, losses, outputGrad: tf.mul(outputGrad, targets.mask) as Tensor2D };
  });
}

/** Computes one shard's gradients of the head. */
export function headGradients(tf: Tfjs, run: HeadRun): HeadGradients {
  return tf.tidy(() => {
    const outputGradT = tf.transpose(run.outputGrad); // [out, slots]
    return { weight: tf.matMul(outputGradT, run.read), bias: tf.sum(outputGradT, 1) as Tensor1D };
  });
}

/**
 * Backpropagates all shards' heads to dL/dh [steps * rows, D*H]: gathered by `sources`, never summed, so what no target reads is
 * exactly 0.
 */
export function headBackward(tf: Tfjs, weights: HeadWeights, runs: readonly HeadRun[], sources: Tensor1D): Tensor2D {
  return tf.tidy(() => {
    const readGrads = runs.map((run) => tf.matMul(run.outputGrad, weights.weight)); // [slots, D*H] each
    const zeroRow = tf.zeros([1, weights.weight.shape[1]]) as Tensor2D;
    return tf.gather(tf.concat([...readGrads, zeroRow], 0) as Tensor2D, sources);
  });
}
