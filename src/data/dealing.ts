// The deal: which examples each step and each shard reads. Depends on (seed, epoch, B, V) alone, never on the workers.
import { ConfigError } from '../errors.js';
import { randomStream, type RandomStream } from '../random/random-stream.js';

/** The order of all example ids in one epoch: [size], a permutation by (seed, epoch). */
export function epochOrder(seed: number, epoch: number, size: number): Uint32Array {
  return permutation(size, randomStream(seed, 'epoch-order', epoch));
}

/** Permutes 0 to size - 1. Durstenfeld 1964, algorithm 235 (Fisher-Yates). */
function permutation(size: number, random: RandomStream): Uint32Array {
  const order = new Uint32Array(size);
  for (let i = 0; i < size; i++) order[i] = i;
  for (let i = size - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}

/**
 * Orders an epoch so that its batches hold sequences of like length: every run of `bucket` whole batches of `order` is
 * sorted by length (equal ones stay in order), then the whole batches are permuted by (seed, epoch). What does not fill a
 * batch stays at the end: it is chosen by the permutation, never by its length.
 */
export function bucketOrder(
  order: Uint32Array,
  lengths: Int32Array,
  { seed, epoch, globalBatch, bucket }: { seed: number; epoch: number; globalBatch: number; bucket: number },
): Uint32Array {
  const numBatches = Math.floor(order.length / globalBatch);
  const whole = order.slice(0, numBatches * globalBatch);
  for (let first = 0; first < whole.length; first += bucket * globalBatch) {
    const run = whole.subarray(first, first + bucket * globalBatch);
    run.set([...run].sort((a, b) => lengths[a]! - lengths[b]!)); // stable since ES2019; a typed array's sort need not be
  }
  const dealt = order.slice();
  permutation(numBatches, randomStream(seed, 'bucket-order', epoch)).forEach((from, to) => {
    dealt.set(whole.subarray(from * globalBatch, (from + 1) * globalBatch), to * globalBatch);
  });
  return dealt;
}

/**
 * The order of contiguous streams: example `j * length + t` of stream j stands at place `t * streams + j`, so that each batch of
 * `streams` examples holds the next window of every stream. What does not fill all streams is left out.
 */
export function streamOrder(size: number, streams: number): Uint32Array {
  const length = Math.floor(size / streams);
  return Uint32Array.from({ length: length * streams }, (_, i) => (i % streams) * length + Math.floor(i / streams));
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
