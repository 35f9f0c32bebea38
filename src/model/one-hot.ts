// One-hot vectors. Not `tf.oneHot`: as float32 it writes integer bits on wasm (tfjs 4.22: 1.4e-45 for 1), and it wants two classes.
import type { Tensor2D } from '@tensorflow/tfjs';
import type { Tfjs } from './tfjs.js';

/** Makes [ids, size] with a 1 at each id. */
export function oneHot(tf: Tfjs, ids: ArrayLike<number>, size: number): Tensor2D {
  const values = new Float32Array(ids.length * size);
  for (let i = 0; i < ids.length; i++) values[i * size + ids[i]!] = 1;
  return tf.tensor2d(values, [ids.length, size]);
}
