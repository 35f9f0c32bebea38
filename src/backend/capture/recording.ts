// What a step asked of TensorFlow, in order: operations, constants, and where each of their inputs comes from.
import type { Tensor } from '@tensorflow/tfjs';
import type { OperationAttribute, TensorInfo, Values } from './tfjs-binding.js';
import type { NamedValues } from './named-values.js';

/** Where a tensor comes from: a named input, a constant or an output of an operation. */
export type Source =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'constant'; readonly index: number }
  | { readonly kind: 'operation'; readonly index: number; readonly output: number };

export interface RecordedOperation {
  readonly name: string;
  readonly attributes: readonly OperationAttribute[];
  readonly inputs: readonly Source[];
  readonly outputs: readonly Omit<TensorInfo, 'id'>[];
}

export interface RecordedConstant {
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly values: Values;
}

export interface Recording {
  readonly inputs: NamedValues;
  readonly operations: readonly RecordedOperation[];
  readonly constants: readonly RecordedConstant[];
  /** Where each named output comes from, and the tensor that the step made as it was recorded. */
  readonly outputs: ReadonlyMap<string, { readonly source: Source; readonly tensor: Tensor }>;
}

/** The element that a recorded index points to. */
export function at<Element>(list: readonly Element[], index: number): Element {
  const element = list[index];
  if (element === undefined) throw new RangeError(`A recording points to element ${index} of ${list.length}.`);
  return element;
}

/** Why a step cannot be a graph. */
export interface Refusal {
  /** The operation, as TensorFlow names it; for what is no operation, what it is. */
  readonly operation: string;
  readonly reason: string;
}
