// What a loaded data set is: splits of examples, cut into blocks that are named by their content.
import type { DataSpec } from './data-spec.js';
import type { Preprocessing } from './preprocessing.js';

export const splitNames = ['train', 'valid', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

export interface Dataset {
  readonly spec: DataSpec;
  /** SHA-256 in hex over the spec and the names of all blocks: equal digests mean equal data. */
  readonly digest: string;
  readonly train: Split;
  /** Chooses the best checkpoint where there is one; otherwise the test split does. */
  readonly valid?: Split;
  readonly test: Split;
  /** How raw values became what the blocks hold; undefined where nothing was changed. */
  readonly preprocessing?: Preprocessing;
  /** Loss of a forecast without a model, by split: what a model has to beat. */
  readonly baselines?: Partial<Record<SplitName, Baseline>>;
}

export interface Baseline {
  readonly name: string;
  readonly loss: number;
}

export interface Split {
  readonly name: SplitName;
  /** Number of examples; their ids are 0 to size - 1. */
  readonly size: number;
  /** [size] steps of each example. */
  readonly lengths: Int32Array;
  readonly blocks: readonly Block[];
  /** The index in `blocks` of the block that holds an example. Throws RangeError outside the split. */
  blockOf(example: number): number;
}

/** Consecutive examples of one split. */
export interface Block {
  /** 32 hex digits: the first 16 bytes of the SHA-256 of `bytes()`. */
  readonly name: string;
  readonly first: number;
  readonly count: number;
  /** The block's record, encoded anew at each call. */
  bytes(): Uint8Array;
}
