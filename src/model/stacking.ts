// May shards share one recurrence? Only where each keeps the bits that it has alone: tried at start, on the backend itself.
import type { ShardBatch } from '../data/shard-batch.js';
import { layoutOfModel } from '../params/layout-of-model.js';
import type { ModelSpec } from '../params/model-spec.js';
import { createNetwork, type Network, type ShardResult } from './network.js';
import { probeValues } from './probe-values.js';
import { probeBatch } from './self-check.js';
import { maxStackedShards } from './shard-stack.js';
import type { Tfjs } from './tfjs.js';

/** Float32 values in the widest vector register (AVX-512). */
const maxLanes = 16;

/**
 * Compares stacks of 2 to 8 shards with the same shards alone, bit for bit, in the run's own shape; takes as long as some
 * forty shards. False at once where a shard does not fill whole vectors: exp and tanh of a vector's tail are computed otherwise.
 */
export function canStackShards(tf: Tfjs, spec: ModelSpec, rows: number, steps: number): boolean {
  if ((rows * spec.hiddenSize) % maxLanes !== 0) return false;
  const single = createNetwork(tf, spec, { stackShards: false });
  const stacked = createNetwork(tf, spec, { stackShards: true });
  const params = probeValues(1, layoutOfModel(spec).size, 0.25);
  single.setParams(params);
  stacked.setParams(params);
  const isSame = sameBits(single, stacked, params.length, probeShards(spec, rows, steps));
  single.dispose();
  stacked.dispose();
  return isSame;
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
