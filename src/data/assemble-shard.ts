// From decoded blocks to one shard's padded batch, time-major, as the model reads it.
import type { DecodedBlock } from './block.js';
import { inputWidth, targetWidth } from './columns.js';
import type { DataSpec } from './data-spec.js';
import type { ShardBatch } from './shard-batch.js';

/** Where an example lies: row `row` of a block, counted from the block's first example. */
export interface ExampleLocation {
  readonly block: DecodedBlock;
  readonly row: number;
}

/**
 * Assembles the examples `ids` in their order into a batch of `shape.rows` rows and `shape.steps` steps; what is left over is zeros.
 * Dense inputs become float32 `value * scale` with one rounding. Throws RangeError when an example or the ids do not fit the shape.
 */
export function assembleShard(
  spec: DataSpec,
  ids: readonly number[] | Uint32Array,
  find: (id: number) => ExampleLocation,
  shape: { readonly rows: number; readonly steps: number },
): ShardBatch {
  const batch = emptyBatch(spec, shape);
  if (ids.length > shape.rows) throw new RangeError(`${ids.length} examples do not fit a shard of ${shape.rows} rows.`);
  ids.forEach((id, row) => {
    const location = find(id);
    const length = location.block.lengths[location.row];
    if (length === undefined) throw new RangeError(`Example ${id} is not in the block that was found for it.`);
    if (length > shape.steps)
      throw new RangeError(`Example ${id} has ${length} steps, the shard's shape has ${shape.steps}.`);
    batch.lengths[row] = length;
    fillInputs(spec, batch, row, location, length);
    fillTargets(spec, batch, row, location, length);
  });
  return batch;
}

function emptyBatch(spec: DataSpec, { rows, steps }: { rows: number; steps: number }): ShardBatch {
  const inputs = steps * rows * inputWidth(spec);
  const targets = (spec.targets.per === 'step' ? steps * rows : rows) * targetWidth(spec);
  return {
    rows,
    steps,
    lengths: new Int32Array(rows),
    inputs: spec.inputs.kind === 'ids' ? new Int32Array(inputs) : new Float32Array(inputs),
    targets: spec.targets.kind === 'class' ? new Int32Array(targets) : new Float32Array(targets),
  };
}

function fillInputs(
  spec: DataSpec,
  batch: ShardBatch,
  row: number,
  { block, row: from }: ExampleLocation,
  length: number,
): void {
  const width = inputWidth(spec);
  const scale = spec.inputs.kind === 'dense' ? spec.inputs.scale : 1;
  let source = block.starts[from]! * width;
  for (let step = 0; step < length; step++) {
    let target = (step * batch.rows + row) * width;
    // The product is float64; the store into the Float32Array is the one rounding.
    for (let i = 0; i < width; i++) batch.inputs[target++] = block.inputs[source++]! * scale;
  }
}

function fillTargets(
  spec: DataSpec,
  batch: ShardBatch,
  row: number,
  { block, row: from }: ExampleLocation,
  length: number,
): void {
  const width = targetWidth(spec);
  const perStep = spec.targets.per === 'step';
  let source = (perStep ? block.starts[from]! : from) * width;
  for (let step = 0; step < (perStep ? length : 1); step++) {
    let target = (step * batch.rows + row) * width;
    for (let i = 0; i < width; i++) batch.targets[target++] = block.targets[source++]!;
  }
}
