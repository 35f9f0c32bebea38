// The face of tfjs-node-gpu's backend and its binding to TensorFlow, as far as recording and replaying needs it (tfjs 4.22).
import type { Tensor } from '@tensorflow/tfjs';
import type { Backend } from '../backend.js';

export type Values = Float32Array | Int32Array | Uint8Array;

export interface OperationAttribute {
  readonly name: string;
  /** One of the binding's TF_ATTR_ numbers. */
  readonly type: number;
  readonly value: unknown;
}

export interface TensorInfo {
  readonly id: number;
  /** One of the binding's TF_ numbers of a dtype. */
  readonly dtype: number;
  readonly shape: readonly number[];
}

export interface TfjsBinding {
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  executeOp(
    name: string,
    attributes: readonly OperationAttribute[],
    inputs: readonly number[],
    numOutputs: number,
  ): TensorInfo[];
  createTensor(shape: readonly number[], dtype: number, values: ArrayLike<number>): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Values;
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  /** Names are joined by commas. */
  runSavedModel(id: number, inputs: readonly number[], inputNames: string, outputNames: string): TensorInfo[];
}

export interface NodeBackend {
  binding: TfjsBinding;
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(info: TensorInfo): Tensor;
}

/** The backend of tfjs-node-gpu; `tf` must run on it. */
export function nodeBackend(tf: Backend['tf']): NodeBackend {
  return tf.backend() as unknown as NodeBackend;
}
