// One shard's figures, read back from the backend.
import type { SelectedTargets } from './shard-stack.js';
import type { ShardOutputs } from './network-step.js';

export interface ShardResult {
  /** Sum over valid targets, added in float64 in row order. */
  readonly loss: number;
  /** Valid targets. */
  readonly count: number;
  /** Classes: how many largest outputs are right. Values: 0. */
  readonly correct: number;
  /** The states in which rows have ended, where the batch said in which they start. */
  readonly carried?: Float32Array;
  /** Batch normalisation by shards of their own: `[count | means | sums of squares]` of each statistic. */
  readonly moments?: Float32Array;
}

/** Reads a shard's figures; slots after the valid targets do not count. */
export function readResult({ losses, predicted }: ShardOutputs, { count, values }: SelectedTargets): ShardResult {
  let loss = 0;
  for (const value of losses.dataSync().subarray(0, count)) loss += value; // in float64 and in order
  const classes = predicted?.dataSync().subarray(0, count) ?? [];
  return {
    loss,
    count,
    correct: classes.filter((prediction: number, slot: number) => prediction === values[slot]).length,
  };
}
