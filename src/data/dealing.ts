// The deal: which examples each step and each shard reads. Depends on (seed, epoch, B, V) alone, never on the workers.
import { ConfigError } from '../errors.js';
import { randomStream } from '../random/random-stream.js';

/** The order of all example ids in one epoch: [size], a permutation by (seed, epoch). Durstenfeld 1964, algorithm 235 (Fisher-Yates). */
export function epochOrder(seed: number, epoch: number, size: number): Uint32Array {
  const order = new Uint32Array(size);
  for (let i = 0; i < size; i++) order[i] = i;
  const random = randomStream(seed, 'epoch-order', epoch);
  for (let i = size - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}

/** Steps in one epoch; the last partial batch counts unless `dropLast`. Throws ConfigError EPOCH_EMPTY when no step is left. */
export function stepsPerEpoch(size: number, globalBatch: number, dropLast: boolean): number {
  const steps = dropLast ? Math.floor(size / globalBatch) : Math.ceil(size / globalBatch);
  if (steps > 0) return steps;
  throw new ConfigError(
    'EPOCH_EMPTY',
    `An epoch has no step: ${size} training examples, --global-batch ${globalBatch}, the partial batch dropped. Lower --global-batch or leave --drop-last out.`,
  );
}

/** Finds a step in the run; steps and epochs count from 0. */
export function locateStep(step: number, stepsInEpoch: number): { epoch: number; stepInEpoch: number } {
  return { epoch: Math.floor(step / stepsInEpoch), stepInEpoch: step % stepsInEpoch };
}

/** Deals one step: of its b examples, shard i of V gets rows floor(i b / V) to floor((i + 1) b / V) - 1. Views of `order`; a shard may be empty. */
export function dealShards(
  order: Uint32Array,
  stepInEpoch: number,
  globalBatch: number,
  shards: number,
): Uint32Array[] {
  const first = stepInEpoch * globalBatch;
  if (first < 0 || first >= order.length) {
    throw new RangeError(
      `Step ${stepInEpoch} of an epoch of ${order.length} examples in batches of ${globalBatch} does not exist.`,
    );
  }
  const batch = order.subarray(first, first + globalBatch);
  return Array.from({ length: shards }, (_, i) =>
    batch.subarray(Math.floor((i * batch.length) / shards), Math.floor(((i + 1) * batch.length) / shards)),
  );
}

/** Rows of the padded shard: the most that any shard of a full batch has. */
export function rowsPerShard(globalBatch: number, shards: number): number {
  return Math.ceil(globalBatch / shards);
}

/** The shards of an evaluation: ids 0 to size - 1 in order, `rows` at a time, the last one shorter. */
export function evaluationShards(size: number, rows: number): Uint32Array[] {
  return Array.from({ length: Math.ceil(size / rows) }, (_, i) => {
    const first = i * rows;
    return Uint32Array.from({ length: Math.min(rows, size - first) }, (_, row) => first + row);
  });
}
