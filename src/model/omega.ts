// Pascanu, Mikolov and Bengio 2013, eq. 9: Omega = sum_k (|dE/dx_{k+1} dx_{k+1}/dx_k| / |dE/dx_{k+1}| - 1)^2 pulls the recurrence to where
// gradients neither grow nor vanish. x_k are the sums before the activation; as in the paper, the derivative is the immediate one
// with respect to W_rec: x_k and dE/dx_{k+1} count as constants.
import type { Tensor, Tensor3D } from '@tensorflow/tfjs';
import type { ModelSpec } from '../params/model-spec.js';
import type { Tfjs } from './tfjs.js';
import type { LayerWeights } from './weights.js';

/** Factors [steps, rows, H] of dOmega/dW_hh, times the weight: the sum over steps and rows of left^T right. */
export type OmegaTerms = { readonly left: Tensor3D; readonly right: Tensor3D };

/** Where no gradient arrives, 0 / 0 is 0. */
const least = 1e-30;
const leastNorm = 1e-15;

/** Computes the terms of a layer of a plain RNN: `gateGrads` is dE/dx_k, `hidden` h_k, both [steps, rows, H]. */
export function omegaTerms(
  tf: Tfjs,
  spec: ModelSpec,
  { hidden, gateGrads }: { readonly hidden: Tensor3D; readonly gateGrads: Tensor3D },
  { recurrent }: Pick<LayerWeights, 'recurrent'>,
): OmegaTerms {
  return tf.tidy(() => {
    const [steps, rows, units] = hidden.shape;
    // Step k's x_k and step k + 1's gradient, with a zero in place of what would follow the last step.
    const later = tf.concat([tf.slice(gateGrads, [1, 0, 0], [steps - 1, rows, units]), tf.zeros([1, rows, units])], 0);
    // Ratios do not change when a row's gradient is scaled; its squares would underflow long before it does.
    const largest = tf.max(tf.abs(later), 2, true);
    const grads = tf.div(later, tf.maximum(largest, least)) as Tensor3D;
    const slopes = spec.cell === 'relu' ? tf.sign(hidden) : tf.sub(1, tf.square(hidden));
    const product = tf.reshape(tf.matMul(tf.reshape(grads, [steps * rows, units]), recurrent), hidden.shape);
    const carried = tf.mul(product, slopes); // dE/dx_{k+1} dx_{k+1}/dx_k
    const norm = (values: Tensor) => tf.maximum(tf.sqrt(tf.sum(tf.square(values), 2, true)), leastNorm);
    const [before, after] = [norm(grads), norm(carried)];
    const factor = tf.div(tf.mul(2 * (spec.omega ?? 0), tf.sub(tf.div(after, before), 1)), tf.mul(before, after));
    return { left: grads, right: tf.mul(tf.mul(carried, slopes), factor) as Tensor3D };
  });
}
