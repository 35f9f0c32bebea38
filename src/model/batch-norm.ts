// Batch normalisation (Ioffe and Szegedy 2015) by given moments, and its gradient by given means: whose they are, of the whole global
// batch or of one shard, is not known here.
import type { Tensor, Tensor3D } from '@tensorflow/tfjs';
import type { Total } from './lockstep.js';
import type { Tfjs } from './tfjs.js';

/** Added to the variance, as in PyTorch. */
const epsilon = 1e-5;

/** Values of deviation 1 [steps, rows, size], and the factor that made them so. */
export type BatchNormalised = { readonly values: Tensor3D; readonly scale: Tensor };

/** Normalises `values` [steps, rows, size]. */
export function normaliseBatch(tf: Tfjs, values: Tensor3D, { a: mean, b: variance }: Total): BatchNormalised {
  return tf.tidy(() => {
    // No variance is below 0 but in the examples that a graph is recorded on, and NaN would tell it nothing.
    const scale = tf.rsqrt(tf.add(tf.relu(variance), epsilon));
    return { values: tf.mul(tf.sub(values, mean), scale) as Tensor3D, scale };
  });
}

/** dL/d of what was normalised, from `grad` at the result; `means` are those of it, and of its product with the result. */
export function normaliseBatchBackward(
  tf: Tfjs,
  { values, scale }: BatchNormalised,
  grad: Tensor3D,
  { a: meanGrad, b: meanGradAlong }: Total,
  valid: Tensor3D,
): Tensor3D {
  return tf.tidy(() => {
    const through = tf.sub(tf.sub(grad, meanGrad), tf.mul(values, meanGradAlong));
    // A padded place has no gradient of its own, and would get the means'.
    return tf.mul(tf.mul(through, scale), valid);
  });
}
