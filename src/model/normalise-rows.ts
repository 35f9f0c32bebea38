// Layer normalisation (Ba, Kiros and Hinton 2016) and its form without the mean (RMSNorm, Zhang and Sennrich 2019), row by row: no
// value of another row enters, so nothing is exchanged between shards.
import type { Tensor2D } from '@tensorflow/tfjs';
import type { Norm } from '../params/model-spec.js';
import type { Tfjs } from './tfjs.js';

type RowNorm = Extract<Norm, 'layer' | 'rms'>;

/** Added to the variance, as in PyTorch. */
const epsilon = 1e-5;

/** Rows of deviation 1, and the factor [rows, 1] that made them so. */
export type NormalisedRows = { readonly values: Tensor2D; readonly scale: Tensor2D };

/** Normalises each row of `values` [rows, size]. */
export function normaliseRows(tf: Tfjs, norm: RowNorm, values: Tensor2D): NormalisedRows {
  const centred = norm === 'layer' ? tf.sub(values, tf.mean(values, 1, true)) : values;
  const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon)) as Tensor2D;
  return { values: tf.mul(centred, scale), scale };
}

/** dL/d of what was normalised, from `grad` at the result [rows, size]. */
export function normaliseRowsBackward(
  tf: Tfjs,
  norm: RowNorm,
  { values, scale }: NormalisedRows,
  grad: Tensor2D,
): Tensor2D {
  const along = tf.mul(values, tf.mean(tf.mul(grad, values), 1, true));
  const centred = norm === 'layer' ? tf.sub(grad, tf.mean(grad, 1, true)) : grad;
  return tf.mul(tf.sub(centred, along), scale);
}
