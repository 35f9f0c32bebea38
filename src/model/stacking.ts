// May shards share one recurrence? Only where each keeps the bits that it has alone: tried at start, on the backend itself.
import type { Tensor3D } from '@tensorflow/tfjs';
import type { ShardBatch } from '../data/shard-batch.js';
import { layoutOfModel, numGates } from '../params/layout-of-model.js';
import { layerWidth, type ModelSpec } from '../params/model-spec.js';
import { createNetwork, type Network, type ShardResult } from './network.js';
import { probeValues } from './probe-values.js';
import { probeBatch } from './self-check.js';
import { inScope } from './scope.js';
import { maxStackedShards, rowsOfStack } from './shard-stack.js';
import type { Tfjs } from './tfjs.js';

/** Float32 values in the widest vector register (AVX-512). */
const maxLanes = 16;

/** As eager operations cost what they cost to dispatch, any number of shards goes into one recurrence. */
export const eagerStackSizes: readonly number[] = Array.from({ length: maxStackedShards }, (_, index) => index + 1);

/** Every time step runs the same shapes, so a few show what all do. */
const trialSteps = 4;

/**
 * Compares stacks of 2 to 8 shards with the same shards alone, bit for bit, on the run's shapes: the network over a few steps,
 * and the products that run over all `steps` at once. False without a trial where a shard's `rows` do not fill whole vectors:
 * exp and tanh of what is left over are computed otherwise.
 */
export function canStackShards(tf: Tfjs, spec: ModelSpec, rows: number, steps: number): boolean {
  if ((rows * spec.hiddenSize) % maxLanes !== 0) return false;
  if (!networkKeepsBits(tf, spec, probeShards(spec, rows, Math.min(steps, trialSteps)))) return false;
  return productsOverSteps(spec).every(([inner, outer]) => productKeepsBits(tf, rows, steps, inner, outer));
}

function networkKeepsBits(tf: Tfjs, spec: ModelSpec, shards: readonly ShardBatch[]): boolean {
  const single = createNetwork(tf, spec, { stackSizes: [1] });
  const stacked = createNetwork(tf, spec, { stackSizes: eagerStackSizes });
  const params = probeValues(1, layoutOfModel(spec).size, 0.25);
  single.setParams(params);
  stacked.setParams(params);
  const isSame = sameBits(single, stacked, params.length, shards);
  single.dispose();
  stacked.dispose();
  return isSame;
}

/** [inner, outer] sizes of the products [steps * rows, inner] x [inner, outer]: each layer's inputs, and the way back from it. */
function productsOverSteps(spec: ModelSpec): [number, number][] {
  const gates = numGates(spec.cell) * spec.hiddenSize;
  const products: [number, number][] = [];
  if (spec.inputs === 'dense') products.push([spec.inputSize, gates]); // ids are looked up
  if (spec.embeddingSize !== undefined) products.push([spec.embeddingSize, gates], [gates, spec.embeddingSize]);
  if (spec.layers > 1) products.push([layerWidth(spec), gates], [gates, layerWidth(spec)]);
  return products;
}

function productKeepsBits(tf: Tfjs, rows: number, steps: number, inner: number, outer: number): boolean {
  return inScope(tf, () => {
    const matrix = tf.tensor2d(probeValues(4, inner * outer, 0.25), [inner, outer]);
    const inputs = Array.from({ length: maxStackedShards }, (_, shard) =>
      tf.tensor3d(probeValues(5 + shard, steps * rows * inner, 4), [steps, rows, inner]),
    );
    /** The product of shards from `first` to before `end` as one stack, as [steps, rows, outer] of each. */
    const multiply = (first: number, end: number) => {
      const rest = tf.zeros([steps, rowsOfStack(end - first, rows) - (end - first) * rows, inner]) as Tensor3D;
      const stack = tf.concat([...inputs.slice(first, end), rest], 1);
      const product = tf.matMul(tf.reshape(stack, [steps * stack.shape[1], inner]), matrix);
      const bySteps = tf.reshape(product, [steps, stack.shape[1], outer]);
      return inputs
        .slice(first, end)
        .map((_, i) => tf.slice(bySteps, [0, i * rows, 0], [steps, rows, outer]).dataSync());
    };
    const single = inputs.map((_, shard) => inScope(tf, () => multiply(shard, shard + 1)[0]!));
    return inputs.slice(1).every((_, index) => {
      const stacked = inScope(tf, () => multiply(0, index + 2));
      return stacked.every((values, shard) => values.every((value, i) => value === single[shard]![i]));
    });
  });
}

/** Full, half and short rows in turn, other numbers in each shard. */
function probeShards(spec: ModelSpec, rows: number, steps: number): ShardBatch[] {
  return Array.from({ length: maxStackedShards }, (_, shard) => {
    const lengths = Array.from({ length: rows }, (_, row) => Math.max(1, Math.ceil(steps / (1 + ((row + shard) % 3)))));
    return probeBatch({ spec, steps, lengths }, 2 + 3 * shard);
  });
}

function sameBits(single: Network, stacked: Network, numParams: number, shards: readonly ShardBatch[]): boolean {
  const expected = runShards(single, numParams, shards);
  return shards.slice(1).every((_, index) => {
    const runs = runShards(stacked, numParams, shards.slice(0, index + 2));
    return runs.every((run, shard) => isSameRun(run, expected[shard]!));
  });
}

interface Run {
  readonly result: ShardResult;
  readonly bits: Uint32Array;
}

function runShards(network: Network, numParams: number, shards: readonly ShardBatch[]): Run[] {
  const grads = shards.map(() => new Float32Array(numParams));
  return network
    .gradients(shards, grads)
    .map((result, shard) => ({ result, bits: new Uint32Array(grads[shard]!.buffer) }));
}

function isSameRun(a: Run, b: Run): boolean {
  return a.result.loss === b.result.loss && a.bits.every((bits, i) => bits === b.bits[i]);
}
