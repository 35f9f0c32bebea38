// The dense head and the loss of one shard: outputs only where a valid target reads them.
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { ModelSpec } from '../params/model-spec.js';
import { softmaxCrossEntropy, squaredError } from './losses.js';
import type { SelectedTargets } from './shard-stack.js';
import type { Tfjs } from './tfjs.js';
import type { HeadWeights } from './weights.js';

export interface ShardResult {
  /** Sum over valid targets, added in float64 in row order. */
  readonly loss: number;
  /** Valid targets. */
  readonly count: number;
  /** Classes: how many largest outputs are right. Values: 0. */
  readonly correct: number;
}

export type HeadRun = {
  readonly read: Tensor2D; // h where targets read it [count, H]
  readonly losses: Tensor1D; // [count]
  readonly outputs: Tensor2D; // [count, out]
  readonly outputGrad: Tensor2D; // [count, out]
};

/** Runs the head on a shard's targets; `hidden` [steps * rows, H] is the whole stack's. */
export function runHead(
  tf: Tfjs,
  spec: ModelSpec,
  weights: HeadWeights,
  hidden: Tensor2D,
  targets: SelectedTargets,
): HeadRun {
  return tf.tidy(() => {
    const read = tf.gather(hidden, tf.tensor1d(targets.positions, 'int32'));
    const outputs = tf.add(tf.matMul(read, weights.weightT), weights.bias) as Tensor2D;
    const loss =
      spec.loss === 'softmax'
        ? softmaxCrossEntropy(tf, outputs, targets.values)
        : squaredError(tf, outputs, Float32Array.from(targets.values));
    return { read, outputs, ...loss };
  });
}

/** Reads a shard's figures back; call it in a scope. */
export function readResult(tf: Tfjs, spec: ModelSpec, run: HeadRun, targets: SelectedTargets): ShardResult {
  const loss = sumOf(run.losses.dataSync());
  if (spec.loss !== 'softmax') return { loss, count: targets.count, correct: 0 };
  const predicted = tf.argMax(run.outputs, 1).dataSync();
  const correct = [...predicted].filter((prediction, target) => prediction === targets.values[target]).length;
  return { loss, count: targets.count, correct };
}

/** In float64 and in order, since numbers are float64 here. */
function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}

/** Computes one shard's gradients of the head. */
export function headGradients(tf: Tfjs, run: HeadRun): { weight: Tensor2D; bias: Tensor1D } {
  return tf.tidy(() => {
    const outputGradT = tf.transpose(run.outputGrad); // [out, count]
    return { weight: tf.matMul(outputGradT, run.read), bias: tf.sum(outputGradT, 1) as Tensor1D };
  });
}

/** Backpropagates all shards' heads to dL/dh [steps * rows, H]: gathered, never summed, so what no target reads is exactly 0. */
export function headBackward(
  tf: Tfjs,
  weights: HeadWeights,
  runs: readonly HeadRun[],
  targets: readonly SelectedTargets[],
  numPositions: number,
): Tensor2D {
  return tf.tidy(() => {
    const readGrads = runs.map((run) => tf.matMul(run.outputGrad, weights.weight)); // [count, H] each
    const zeroRow = tf.zeros([1, weights.weight.shape[1]]) as Tensor2D;
    const sources = sourceOfPosition(targets, numPositions);
    return tf.gather(tf.concat([...readGrads, zeroRow], 0) as Tensor2D, tf.tensor1d(sources, 'int32'));
  });
}

/** [positions] which row of the concatenated gradients belongs to each position; the row after the last is the zero row. */
function sourceOfPosition(targets: readonly SelectedTargets[], numPositions: number): Int32Array {
  const total = targets.reduce((sum, { count }) => sum + count, 0);
  const sources = new Int32Array(numPositions).fill(total);
  let source = 0;
  for (const { positions } of targets) for (const position of positions) sources[position] = source++;
  return sources;
}
