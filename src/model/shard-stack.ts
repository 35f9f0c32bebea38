// Shards side by side as the rows of one recurrence, and which of its values each shard's targets read. Plain arrays: what is
// masked stays in JavaScript, so no padded value can reach a bit, not even NaN.
import type { ShardBatch } from '../data/shard-batch.js';
import { hasRunningAverages, layerWidth, type ModelSpec } from '../params/model-spec.js';
import { drawMask, dropoutKeys } from '../random/dropout-mask.js';
import { endsOfRows, stackStates } from './carried-state.js';
import { type CellMasks, drawCellMasks } from './cell-masks.js';
import type { StepKind } from './network-step.js';

/** Shards in one recurrence at most. */
export const maxStackedShards = 8;

/**
 * The recurrence runs on a multiple of so many rows. oneDNN multiplies six rows at a time on AVX2 and sums one to three left
 * over in another order, so a shard's last rows would have other bits alone than in the middle of a stack.
 */
const rowBlock = 6;

/** All that a step's graph depends on, beside the model. */
export interface StackShape {
  readonly steps: number;
  /** Rows of the recurrence: all shards' and up to five of zeros. */
  readonly rows: number;
  /** Rows of one shard; shard k has the rows from k * rowsPerShard of the stack. */
  readonly rowsPerShard: number;
  readonly numShards: number;
}

export interface ShardStack extends StackShape {
  /** [steps, rows, features] or ids [steps, rows], zeros where padded. */
  readonly inputs: Float32Array | Int32Array;
  readonly targets: readonly SelectedTargets[];
  /** [steps * rows] the position that a reverse direction reads at each: a row is turned around within its length. */
  readonly reversal?: Int32Array;
  /** Dropout's masks of all layers but the last, each [steps, rows, D*H]; empty without dropout, and outside of training. */
  readonly masks: readonly Float32Array[];
  /** [steps * rows] 1 where there is a step; batch normalisation alone asks. */
  readonly valid?: Float32Array;
  /** [layer][state] each [rows, H] in which rows start; absent: zeros. */
  readonly carried?: readonly (readonly Float32Array[])[];
  /** [rows] the position at which each ends; where states are carried. */
  readonly ends?: Int32Array;
  /** [layer][direction] */
  readonly cellMasks: readonly (readonly CellMasks[])[];
}

/**
 * A shard's valid targets in row order, then copies of the first one up to `slots`: a shape that no length changes.
 * Copies, because their outputs are finite wherever those of valid targets are, and a zero then takes them out.
 */
export interface SelectedTargets {
  /** Valid targets. */
  readonly count: number;
  /** Room for a target: the rows, or rows * steps where every step has one. */
  readonly slots: number;
  /** [slots] where each target is read: step * rows of the stack + row. */
  readonly positions: Int32Array;
  /** Classes [slots] or values [slots, size]. */
  readonly values: Int32Array | Float32Array;
}

/** How many shards of so many steps may run as one recurrence; 1 is one of the numbers. */
export type StackSizes = (steps: number) => readonly number[];

/** Cuts `shards` into runs of equal shape, each as long as the largest of the sizes that fits. */
export function groupShards(shards: readonly ShardBatch[], sizesFor: StackSizes): ShardBatch[][] {
  const groups: ShardBatch[][] = [];
  for (let start = 0; start < shards.length; start += groups.at(-1)!.length) {
    const { rows, steps } = shards[start]!;
    const length = shards.slice(start).findIndex((shard) => shard.rows !== rows || shard.steps !== steps);
    const alike = length === -1 ? shards.length - start : length;
    const size = Math.max(...sizesFor(steps).filter((candidate) => candidate <= alike));
    groups.push(shards.slice(start, start + size));
  }
  return groups;
}

/** Rows that the recurrence of so many shards runs on. */
export function rowsOfStack(numShards: number, rowsPerShard: number): number {
  return Math.ceil((numShards * rowsPerShard) / rowBlock) * rowBlock;
}

/** Lays shards of one shape side by side. */
export function stackShards(spec: ModelSpec, shards: readonly ShardBatch[], kind: StepKind): ShardStack {
  const { steps, rows: rowsPerShard } = shards[0]!;
  const rows = rowsOfStack(shards.length, rowsPerShard);
  return {
    steps,
    rows,
    rowsPerShard,
    numShards: shards.length,
    inputs: stackInputs(spec, shards, rows),
    targets: shards.map((shard, index) => selectTargets(spec, shard, index * rowsPerShard, rows)),
    ...(spec.bidirectional ? { reversal: reverseRows(shards, rows) } : {}),
    ...(hasRunningAverages(spec) ? { valid: validPlaces(shards, rows) } : {}),
    ...(shards[0]!.carried ? { carried: stackStates(spec, shards, rows), ends: endsOfRows(shards, rows) } : {}),
    masks: kind === 'gradients' && spec.dropout ? stackMasks(spec, shards, rows) : [],
    cellMasks: kind === 'gradients' ? drawCellMasks(spec, shards, rows) : [],
  };
}

function reverseRows(shards: readonly ShardBatch[], stackRows: number): Int32Array {
  const { steps, rows } = shards[0]!;
  const reversal = Int32Array.from({ length: steps * stackRows }, (_, position) => position);
  shards.forEach(({ lengths }, index) => {
    lengths.forEach((length, row) => {
      const column = index * rows + row;
      for (let step = 0; step < length; step++)
        reversal[step * stackRows + column] = (length - 1 - step) * stackRows + column;
    });
  });
  return reversal;
}

function validPlaces(shards: readonly ShardBatch[], stackRows: number): Float32Array {
  const { steps, rows } = shards[0]!;
  const valid = new Float32Array(steps * stackRows);
  shards.forEach(({ lengths }, index) => {
    lengths.forEach((length, row) => {
      for (let step = 0; step < length; step++) valid[step * stackRows + index * rows + row] = 1;
    });
  });
  return valid;
}

function stackMasks(spec: ModelSpec, shards: readonly ShardBatch[], stackRows: number): Float32Array[] {
  const { steps, rows } = shards[0]!;
  const width = layerWidth(spec);
  const masks = Array.from({ length: spec.layers - 1 }, () => new Float32Array(steps * stackRows * width));
  shards.forEach((shard, index) => {
    const keys = dropoutKeys(masks.length, shard);
    masks.forEach((mask, layer) => {
      shard.lengths.forEach((length, row) => {
        const at = 2 * (layer * rows + row);
        const first = (index * rows + row) * width;
        drawMask([keys[at]!, keys[at + 1]!], length * width, spec.dropout!, (i, factor) => {
          mask[Math.floor(i / width) * stackRows * width + first + (i % width)] = factor;
        });
      });
    });
  });
  return masks;
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
  const slots = spec.targetsPer === 'sequence' ? shard.rows : shard.rows * shard.steps;
  const positions = new Int32Array(slots);
  const values = spec.loss === 'softmax' ? new Int32Array(slots) : new Float32Array(slots * size);
  let count = 0;
  const select = (step: number, row: number, target: number) => {
    positions[count] = step * stackRows + firstRow + row;
    values.set(shard.targets.subarray(target * size, (target + 1) * size), count * size);
    count += 1;
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
  positions.fill(positions[0]!, count);
  for (let slot = count; slot < slots; slot++) values.copyWithin(slot * size, 0, size);
  return { count, slots, positions, values };
}
