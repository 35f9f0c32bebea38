// Both ways over a sequence (Schuster and Paliwal 1997): the reverse direction is the same recurrence on sequences turned around
// within their own lengths, so that padding stays behind the last step, and on its outputs turned back.
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { StackTensors } from './stack-tensors.js';
import type { Tfjs } from './tfjs.js';

/** Turns each row [steps, rows, size] around within its length; twice gives the tensor back. Direction 0 stays as it is. */
export function inOrderOf(tf: Tfjs, { reversal }: StackTensors, direction: number, tensor: Tensor3D): Tensor3D {
  if (direction === 0) return tensor;
  const [steps, rows, size] = tensor.shape;
  const positions: Tensor2D = tf.reshape(tensor, [steps * rows, size]);
  return tf.reshape(tf.gather(positions, reversal!), tensor.shape);
}

/** Ids [steps * rows] in the order in which a direction reads them. */
export function idsInOrderOf(tf: Tfjs, { reversal }: StackTensors, direction: number, ids: Tensor1D): Tensor1D {
  return direction === 0 ? ids : tf.gather(ids, reversal!);
}

/** Lays the directions' values side by side. */
export function joinDirections(tf: Tfjs, directions: readonly Tensor3D[]): Tensor3D {
  return directions.length === 1 ? directions[0]! : tf.concat([...directions], 2);
}

/** Takes them apart again. */
export function splitDirections(tf: Tfjs, joined: Tensor3D, numDirections: number): Tensor3D[] {
  return numDirections === 1 ? [joined] : tf.split(joined, numDirections, 2);
}
