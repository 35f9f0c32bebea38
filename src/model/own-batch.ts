// One shard as a user's model reads it: batch-major tensors, with masks in place of lengths alone.
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { DataSpec } from '../data/data-spec.js';
import type { ShardBatch } from '../data/shard-batch.js';
import { probeIntegers, probeValues } from './probe-values.js';
import type { Tfjs } from './tfjs.js';

export type OwnBatchTensors = {
  readonly inputs: Tensor;
  readonly targets: Tensor;
  readonly mask: Tensor2D;
  readonly targetMask: Tensor1D | Tensor2D;
  readonly lengths: Tensor1D;
};

/** Uploads a shard; the caller owns the tensors. */
export function uploadOwnBatch(tf: Tfjs, data: DataSpec, batch: ShardBatch): OwnBatchTensors {
  const { rows, steps, lengths } = batch;
  const { inputs, targets } = data;
  const features = inputs.kind === 'ids' ? [] : [inputs.features];
  const size = targets.kind === 'class' ? [] : [targets.size];
  const isPerStep = targets.per === 'step';
  const mask = Float32Array.from({ length: rows * steps }, (_, i) =>
    Number(i % steps < (lengths[Math.floor(i / steps)] ?? 0)),
  );
  const counted = isPerStep ? mask : Float32Array.from(lengths, (length) => Number(length > 0));
  return {
    inputs: tf.tensor(
      toRows(batch.inputs, steps, rows),
      [rows, steps, ...features],
      inputs.kind === 'ids' ? 'int32' : 'float32',
    ),
    targets: tf.tensor(
      isPerStep ? toRows(batch.targets, steps, rows) : batch.targets.slice(),
      [rows, ...(isPerStep ? [steps] : []), ...size],
      targets.kind === 'class' ? 'int32' : 'float32',
    ),
    mask: tf.tensor2d(mask, [rows, steps]),
    targetMask: isPerStep ? tf.tensor2d(counted, [rows, steps]) : tf.tensor1d(counted),
    lengths: tf.tensor1d(lengths.slice(), 'int32'),
  };
}

/** From [steps, rows, width] to [rows, steps, width]; a copy. */
function toRows<Values extends Float32Array | Int32Array>(values: Values, steps: number, rows: number): Values {
  const width = values.length / (steps * rows);
  const turned = values.slice() as Values;
  for (let step = 0; step < steps; step++) {
    for (let row = 0; row < rows; row++) {
      const from = (step * rows + row) * width;
      turned.set(values.subarray(from, from + width), (row * steps + step) * width);
    }
  }
  return turned;
}

/** Targets that count in the loss. */
export function countTargets(data: DataSpec, { lengths }: ShardBatch): number {
  const perRow = (length: number): number => (data.targets.per === 'step' ? length : Number(length > 0));
  return lengths.reduce((sum, length) => sum + perRow(length), 0);
}

/** A shard by formula, for recording: all lengths and values differ with the seed. */
export function exampleBatch(data: DataSpec, rows: number, steps: number, seed: number): ShardBatch {
  const { inputs, targets } = data;
  const places = steps * rows;
  const numTargets = targets.per === 'step' ? places : rows;
  const keys = (count: number): Float32Array => Float32Array.from(probeIntegers(seed + 1, count, 2));
  return {
    rows,
    steps,
    lengths: Int32Array.from({ length: rows }, (_, row) => Math.max(1, steps - ((row + seed) % 3))),
    inputs:
      inputs.kind === 'ids'
        ? probeIntegers(seed, places, inputs.vocabulary)
        : probeValues(seed, places * inputs.features, 4),
    targets:
      targets.kind === 'class'
        ? probeIntegers(seed + 1, numTargets, targets.classes)
        : targets.kind === 'keys'
          ? keys(numTargets * targets.size)
          : probeValues(seed + 1, numTargets * targets.size, 2),
    draws: { seed, step: seed, exampleIds: Array.from({ length: rows }, (_, row) => row) },
  };
}
