// Tensors over all places of a stack [steps, rows, size]: a shard's part of them, and as one list of places.
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { StackShape } from './shard-stack.js';
import type { Tfjs } from './tfjs.js';

/** A shard's rows of a tensor of all rows. */
export function sliceShard(tf: Tfjs, { rows, rowsPerShard }: StackShape, shard: number, tensor: Tensor3D): Tensor3D {
  if (rows === rowsPerShard) return tensor;
  const [steps, , size] = tensor.shape;
  return tf.slice(tensor, [0, shard * rowsPerShard, 0], [steps, rowsPerShard, size]);
}

/** [steps * rows, size] */
export function flattenSteps(tf: Tfjs, tensor: Tensor3D): Tensor2D {
  const [steps, rows, size] = tensor.shape;
  return tf.reshape(tensor, [steps * rows, size]);
}

/** Back to [steps, rows, size]. */
export function unflattenSteps(tf: Tfjs, tensor: Tensor2D, steps: number): Tensor3D {
  return tf.reshape(tensor, [steps, tensor.shape[0] / steps, tensor.shape[1]]);
}
