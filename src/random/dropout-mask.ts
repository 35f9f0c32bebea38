// Dropout between layers, as nn.LSTM's: Hinton and others 2012, inverted scaling. A mask is a function of (seed, step, example,
// layer), so it is the same wherever and beside whatever the example is computed; it enters as data, and no recording freezes it.
import { ConfigError } from '../errors.js';
import { randomWords, type RandomKey } from './philox.js';
import { streamKey } from './random-stream.js';

/** Where a shard stands in its run: every draw is a function of these, never of who computes the shard, or beside which. */
export interface Draws {
  readonly seed: number;
  readonly step: number;
  /** Ids of the first rows; rows beyond them are padding. */
  readonly exampleIds: ArrayLike<number>;
}

/** A batch, as far as masks depend on it; evaluation has no `draws` and drops nothing. */
export interface DrawingBatch {
  readonly rows: number;
  readonly lengths: Int32Array;
  readonly draws?: Draws;
}

/** Words below it leave a value out: word < p 2^32. */
export function dropoutThreshold(dropout: number): number {
  return Math.floor(dropout * 0x1_0000_0000);
}

/** What is kept is multiplied by it, so that its expectation stays. */
export function dropoutScale(dropout: number): number {
  return Math.fround(1 / (1 - dropout));
}

/** The keys of a batch's masks [masks, rows, 2]: mask `m` lies on the outputs of layer m. Padding rows have 0. */
export function dropoutKeys(numMasks: number, { rows, lengths, draws }: DrawingBatch): Uint32Array {
  if (!draws) {
    throw new ConfigError('MODEL_DRAWS_MISSING', 'A model with dropout needs seed, step and example ids to train.');
  }
  const keys = new Uint32Array(numMasks * rows * 2);
  for (let mask = 0; mask < numMasks; mask++) {
    for (let row = 0; row < rows; row++) {
      if (lengths[row] === 0) continue;
      keys.set(streamKey(draws.seed, 'dropout', draws.step, draws.exampleIds[row] ?? 0, mask), (mask * rows + row) * 2);
    }
  }
  return keys;
}

/** Calls `set(i, factor)` for the first `count` values of a mask: 0, or `dropoutScale`. Value t * width + unit belongs to step t. */
export function drawMask(
  key: RandomKey,
  count: number,
  dropout: number,
  set: (i: number, factor: number) => void,
): void {
  const threshold = dropoutThreshold(dropout);
  const scale = dropoutScale(dropout);
  for (let block = 0; block * 4 < count; block++) {
    const words = randomWords(key, [block, 0, 0, 0]);
    for (let i = 4 * block; i < Math.min(count, 4 * block + 4); i++) set(i, words[i % 4]! < threshold ? 0 : scale);
  }
}
