// A network's outputs without targets: made-up targets say which outputs there are, and the outputs are read back to their places.
import type { InputBatch, ShardBatch } from '../data/shard-batch.js';
import { type ModelSpec, numTargets } from '../params/model-spec.js';
import type { StepOutputs } from './network-step.js';
import type { ShardStack } from './shard-stack.js';

/** Gives a batch targets of zeros. */
export function withoutTargets(spec: ModelSpec, batch: InputBatch): ShardBatch {
  const count = numTargets(spec, batch);
  const targets = spec.loss === 'softmax' ? new Int32Array(count) : new Float32Array(count * spec.outputSize);
  return { ...batch, targets };
}

/** Reads the outputs [rows, out] or [steps, rows, out] of a stack of the one `batch`. */
export function readOutputs(
  spec: ModelSpec,
  stack: ShardStack,
  batch: InputBatch,
  { shards }: StepOutputs,
): Float32Array {
  const { outputSize } = spec;
  const outputs = new Float32Array(numTargets(spec, batch) * outputSize);
  const values = shards[0]!.outputs!.dataSync();
  const { positions, count } = stack.targets[0]!;
  for (let slot = 0; slot < count; slot++) {
    const step = Math.floor(positions[slot]! / stack.rows);
    const row = positions[slot]! % stack.rows;
    const target = spec.targetsPer === 'step' ? step * batch.rows + row : row;
    outputs.set(values.subarray(slot * outputSize, (slot + 1) * outputSize), target * outputSize);
  }
  return outputs;
}
