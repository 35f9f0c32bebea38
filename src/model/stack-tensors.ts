// A stack of shards as tensors: all data that a step reads, in shapes that depend on the stack's shape alone, so that one graph
// serves every step of that shape.
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { layerWidth, type ModelSpec } from '../params/model-spec.js';
import type { CarriedTensors } from './carried-state.js';
import type { CellMask, CellMaskName, CellMasks } from './cell-masks.js';
import type { Total } from './lockstep.js';
import { oneHot } from './one-hot.js';
import type { SelectedTargets, ShardStack } from './shard-stack.js';
import type { Tfjs } from './tfjs.js';

export type TargetTensors = {
  /** [slots] where each target is read */
  readonly positions: Tensor1D;
  /** [slots, out] one-hot classes or values */
  readonly values: Tensor2D;
  /** [slots, 1] 1 for a valid target, 0 for the copies after them */
  readonly mask: Tensor2D;
};

export type StackTensors = {
  /** [steps * rows, in] inputs, one-hot where they are ids */
  readonly vectors: Tensor2D;
  /** [steps * rows] */
  readonly ids?: Tensor1D;
  /** [steps * rows] which row of all shards' targets, one after the other, reads each position; the row after the last is zeros */
  readonly sources: Tensor1D;
  readonly targets: readonly TargetTensors[];
  /** [steps * rows] the position that a reverse direction reads at each */
  readonly reversal?: Tensor1D;
  /** Dropout's masks of all layers but the last, each [steps, rows, D*H] */
  readonly masks: readonly Tensor3D[];
  /** [steps * rows, 1] 1 where there is a step; with batch normalisation */
  readonly valid?: Tensor2D;
  /** [collective][direction] what the collectives of the step have made, in training */
  readonly totals: readonly (readonly Total[])[];
  /** Where rows start, and the positions at which they end [rows], where states are carried. */
  readonly carried?: CarriedTensors;
  readonly ends?: Tensor1D;
  /** [layer][direction] */
  readonly cellMasks: readonly (readonly CellMaskTensors[])[];
};

/** What cells draw, each [steps, rows, size]; one step where a mask holds for the whole sequence. */
export type CellMaskTensors = Readonly<Partial<Record<CellMaskName, Tensor3D>>>;

/** Uploads `stack`; the caller owns the tensors. */
export function uploadStack(
  tf: Tfjs,
  spec: ModelSpec,
  stack: ShardStack,
  totals: readonly (readonly Total[])[] = [],
): StackTensors {
  const places = stack.steps * stack.rows;
  const sources = tf.tensor1d(sourceOfPosition(stack.targets, places), 'int32');
  const targets = stack.targets.map((selected) => uploadTargets(tf, spec, selected));
  const masks = stack.masks.map((mask) => tf.tensor3d(mask, [stack.steps, stack.rows, layerWidth(spec)]));
  const reversal = stack.reversal ? { reversal: tf.tensor1d(stack.reversal, 'int32') } : {};
  const cellMasks = stack.cellMasks.map((directions) =>
    directions.map((drawn) => uploadCellMasks(tf, stack.rows, drawn)),
  );
  const valid = stack.valid ? { valid: tf.tensor2d(stack.valid, [places, 1]) } : {};
  const states = stack.carried && stack.ends && uploadStates(tf, spec, stack.rows, stack.carried, stack.ends);
  const rest = { sources, targets, masks, cellMasks, totals, ...reversal, ...valid, ...states };
  if (spec.inputs === 'dense') return { vectors: tf.tensor2d(stack.inputs, [places, spec.inputSize]), ...rest };
  const vectors = oneHot(tf, stack.inputs, spec.inputSize);
  return { vectors, ids: tf.tensor1d(stack.inputs, 'int32'), ...rest };
}

function uploadStates(
  tf: Tfjs,
  { hiddenSize }: ModelSpec,
  rows: number,
  carried: NonNullable<ShardStack['carried']>,
  ends: Int32Array,
): Required<Pick<StackTensors, 'carried' | 'ends'>> {
  const upload = (state: Float32Array): Tensor2D => tf.tensor2d(state, [rows, hiddenSize]);
  return { carried: carried.map((states) => states.map(upload)), ends: tf.tensor1d(ends, 'int32') };
}

function uploadCellMasks(tf: Tfjs, rows: number, drawn: CellMasks): CellMaskTensors {
  const upload = ({ steps, values }: CellMask) => tf.tensor3d(values, [steps, rows, values.length / steps / rows]);
  return Object.fromEntries(Object.entries(drawn).map(([name, mask]) => [name, upload(mask)]));
}

function uploadTargets(tf: Tfjs, spec: ModelSpec, { count, slots, positions, values }: SelectedTargets): TargetTensors {
  return {
    positions: tf.tensor1d(positions, 'int32'),
    values:
      spec.loss === 'softmax'
        ? oneHot(tf, values, spec.outputSize)
        : tf.tensor2d(values, [slots, spec.outputSize], 'float32'),
    mask: tf.tensor2d(new Float32Array(slots).fill(1, 0, count), [slots, 1]),
  };
}

function sourceOfPosition(targets: readonly SelectedTargets[], places: number): Int32Array {
  const total = targets.reduce((sum, { slots }) => sum + slots, 0);
  const sources = new Int32Array(places).fill(total);
  let first = 0;
  for (const { positions, count, slots } of targets) {
    for (let slot = 0; slot < count; slot++) sources[positions[slot]!] = first + slot;
    first += slots;
  }
  return sources;
}
