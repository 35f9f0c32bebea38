// Shards side by side as the rows of one recurrence, and which of its values each shard's targets read. Plain arrays: what is
// masked stays in JavaScript, so no padded value can reach a bit, not even NaN.
import type { ShardBatch } from '../data/shard-batch.js';
import type { ModelSpec } from '../params/model-spec.js';

/** Shards in one recurrence at most; the start-up check tries every number up to it. */
export const maxStackedShards = 8;

/**
 * The recurrence runs on a multiple of so many rows. oneDNN multiplies six rows at a time on AVX2 and sums one to three left
 * over in another order, so a shard's last rows would have other bits alone than in the middle of a stack.
 */
const rowBlock = 6;

export interface ShardStack {
  readonly steps: number;
  /** Rows of the recurrence: all shards' and up to five of zeros. */
  readonly rows: number;
  /** Rows of one shard; shard k has the rows from k * rowsPerShard of the stack. */
  readonly rowsPerShard: number;
  readonly numShards: number;
  /** [steps, rows, features] or ids [steps, rows], zeros where padded. */
  readonly inputs: Float32Array | Int32Array;
  readonly targets: readonly SelectedTargets[];
}

/** A shard's valid targets alone, in row order. */
export interface SelectedTargets {
  readonly count: number;
  /** [count] where each target is read: step * rows of the stack + row. */
  readonly positions: Int32Array;
  /** Classes [count] or values [count, size]. */
  readonly values: Int32Array | Float32Array;
}

/** Cuts `shards` into runs of equal shape, none longer than `maxShards`. */
export function groupShards(shards: readonly ShardBatch[], maxShards: number): ShardBatch[][] {
  const groups: ShardBatch[][] = [];
  for (const shard of shards) {
    const group = groups.at(-1);
    const first = group?.[0];
    if (group && first && group.length < maxShards && first.rows === shard.rows && first.steps === shard.steps)
      group.push(shard);
    else groups.push([shard]);
  }
  return groups;
}

/** Rows that the recurrence of so many shards runs on. */
export function rowsOfStack(numShards: number, rowsPerShard: number): number {
  return Math.ceil((numShards * rowsPerShard) / rowBlock) * rowBlock;
}

/** Lays shards of one shape side by side. */
export function stackShards(spec: ModelSpec, shards: readonly ShardBatch[]): ShardStack {
  const { steps, rows: rowsPerShard } = shards[0]!;
  const rows = rowsOfStack(shards.length, rowsPerShard);
  return {
    steps,
    rows,
    rowsPerShard,
    numShards: shards.length,
    inputs: stackInputs(spec, shards, rows),
    targets: shards.map((shard, index) => selectTargets(spec, shard, index * rowsPerShard, rows)),
  };
}

function stackInputs(spec: ModelSpec, shards: readonly ShardBatch[], stackRows: number): Float32Array | Int32Array {
  const { steps, rows } = shards[0]!;
  const size = spec.inputs === 'ids' ? 1 : spec.inputSize;
  const length = steps * stackRows * size;
  const stacked = spec.inputs === 'ids' ? new Int32Array(length) : new Float32Array(length);
  shards.forEach((shard, index) => {
    for (let step = 0; step < steps; step++) {
      const start = (step * stackRows + index * rows) * size;
      stacked.set(shard.inputs.subarray(step * rows * size, (step + 1) * rows * size), start);
      for (let row = 0; row < rows; row++) {
        if (step >= shard.lengths[row]!) stacked.fill(0, start + row * size, start + (row + 1) * size);
      }
    }
  });
  return stacked;
}

function selectTargets(spec: ModelSpec, shard: ShardBatch, firstRow: number, stackRows: number): SelectedTargets {
  const size = spec.loss === 'softmax' ? 1 : spec.outputSize;
  const positions: number[] = [];
  const values: number[] = [];
  const select = (step: number, row: number, target: number) => {
    positions.push(step * stackRows + firstRow + row);
    for (let i = 0; i < size; i++) values.push(shard.targets[target * size + i]!);
  };
  if (spec.targetsPer === 'sequence') {
    shard.lengths.forEach((length, row) => {
      if (length > 0) select(length - 1, row, row);
    });
  } else {
    for (let step = 0; step < shard.steps; step++) {
      shard.lengths.forEach((length, row) => {
        if (step < length) select(step, row, step * shard.rows + row);
      });
    }
  }
  return {
    count: positions.length,
    positions: Int32Array.from(positions),
    values: spec.loss === 'softmax' ? Int32Array.from(values) : Float32Array.from(values),
  };
}
