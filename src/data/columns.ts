// Examples in memory: one typed array per column, rows of unequal length one after the other without gaps.
import type { DataSpec } from './data-spec.js';

export type InputColumn = Uint8Array | Uint16Array | Float32Array;
export type TargetColumn = Uint8Array | Uint16Array | Float32Array;

export interface Columns {
  /** [examples] steps of each example. */
  readonly lengths: Int32Array;
  /** [examples + 1] steps before each example; the last entry is the sum of all lengths. */
  readonly starts: Uint32Array;
  /** Dense: [sum of lengths, features]. Ids: [sum of lengths], uint16. */
  readonly inputs: InputColumn;
  /** Per sequence: [examples, size]; per step: [sum of lengths, size]. Classes have size 1, uint16; keys are uint8. */
  readonly targets: TargetColumn;
}

/** The columns of a split or of a block, before their starts are known. */
export type SplitColumns = Omit<Columns, 'starts'>;

/** Where a split's examples come from: every length is known, values are read when a block is encoded. */
export interface SplitSource {
  readonly lengths: Int32Array;
  read(first: number, count: number): Pick<Columns, 'inputs' | 'targets'>;
}

/** Reads a split from columns that lie in memory. */
export function sourceOf(spec: DataSpec, { lengths, inputs, targets }: SplitColumns): SplitSource {
  const starts = startsOf(lengths);
  return {
    lengths,
    read(first, count) {
      const [from, to] = [starts[first]!, starts[first + count]!];
      const [targetFrom, targetTo] = spec.targets.per === 'step' ? [from, to] : [first, first + count];
      return {
        inputs: inputs.subarray(from * inputWidth(spec), to * inputWidth(spec)),
        targets: targets.subarray(targetFrom * targetWidth(spec), targetTo * targetWidth(spec)),
      };
    },
  };
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
  return spec.targets.kind === 'class' ? 1 : spec.targets.size;
}

/** The bytes of one input value: 1, 2 or 4. */
export function inputItemBytes(spec: DataSpec): number {
  if (spec.inputs.kind === 'ids') return 2;
  return spec.inputs.dtype === 'u8' ? 1 : 4;
}

/** The bytes of one target value: 2 for a class, 1 for a key, 4 for a number. */
export function targetItemBytes(spec: DataSpec): number {
  return { class: 2, keys: 1, value: 4 }[spec.targets.kind];
}
