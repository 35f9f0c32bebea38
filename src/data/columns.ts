// Examples in memory: one typed array per column, rows of unequal length one after the other without gaps.
import type { DataSpec } from './data-spec.js';

export type InputColumn = Uint8Array | Uint16Array | Float32Array;
export type TargetColumn = Uint16Array | Float32Array;

export interface Columns {
  /** [examples] steps of each example. */
  readonly lengths: Int32Array;
  /** [examples + 1] steps before each example; the last entry is the sum of all lengths. */
  readonly starts: Uint32Array;
  /** Dense: [sum of lengths, features]. Ids: [sum of lengths], uint16. */
  readonly inputs: InputColumn;
  /** Per sequence: [examples, size]; per step: [sum of lengths, size]. Classes have size 1, uint16. */
  readonly targets: TargetColumn;
}

/** Where each example starts, in steps. */
export function startsOf(lengths: Int32Array): Uint32Array {
  const starts = new Uint32Array(lengths.length + 1);
  for (let i = 0; i < lengths.length; i++) starts[i + 1] = starts[i]! + lengths[i]!;
  return starts;
}

/** Input values per step. */
export function inputWidth(spec: DataSpec): number {
  return spec.inputs.kind === 'dense' ? spec.inputs.features : 1;
}

/** Values per target. */
export function targetWidth(spec: DataSpec): number {
  return spec.targets.kind === 'value' ? spec.targets.size : 1;
}

/** The bytes of one input value: 1, 2 or 4. */
export function inputItemBytes(spec: DataSpec): number {
  if (spec.inputs.kind === 'ids') return 2;
  return spec.inputs.dtype === 'u8' ? 1 : 4;
}

/** The bytes of one target value: 2 for a class, 4 for a number. */
export function targetItemBytes(spec: DataSpec): number {
  return spec.targets.kind === 'class' ? 2 : 4;
}
