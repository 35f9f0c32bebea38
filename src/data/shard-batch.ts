// One shard's padded input, as the model reads it: time-major, rows beyond the real examples are masked.
import type { Draws } from '../random/dropout-mask.js';

/** What a network needs to compute its outputs. */
export type InputBatch = Omit<ShardBatch, 'targets' | 'draws'>;

export interface ShardBatch {
  /** Rows in the padded shape; every shard of a run has the same number. */
  readonly rows: number;
  /** Time steps in the padded shape. */
  readonly steps: number;
  /** [rows] valid steps of each row, 0 for a padding row (then it has no valid target). */
  readonly lengths: Int32Array;
  /** Dense: Float32Array [steps, rows, features], zeros where padded. Ids: Int32Array [steps, rows], 0 where padded. */
  readonly inputs: Float32Array | Int32Array;
  /** Per sequence: [rows] or [rows, size]; per step: [steps, rows] or [steps, rows, size]. Int32Array for classes, Float32Array for values. */
  readonly targets: Int32Array | Float32Array;
  /** [layers, states, rows, H] h, and c of an LSTM, in which rows start; absent: zeros. */
  readonly carried?: Float32Array;
  /** In training, what random draws depend on; absent in evaluation, which draws nothing. */
  readonly draws?: Draws;
}
