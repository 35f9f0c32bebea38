// Large results of a step, out of tensors into vectors.
import type { Tensor } from '@tensorflow/tfjs';
import { giveBack } from '../tensor/give-back.js';

/** Less than this is not worth a call. */
const leastBytes = 16_384;

/** Copies the values of a tensor into each target [size], and frees what the backend has read them into: the tensor is not to be read again. */
export function takeValues(tensor: Tensor, ...targets: readonly Float32Array[]): void {
  const values = tensor.dataSync();
  for (const target of targets) target.set(values);
  const { buffer, byteLength } = values;
  if (byteLength >= leastBytes && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer) giveBack([buffer]);
}
