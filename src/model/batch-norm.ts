// Batch normalisation of x W_ih^T (Ioffe and Szegedy 2015; in recurrent networks, over all valid steps at once: Laurent et al. 2015).
// Statistics are those of the whole global batch: shards hand in parts, and what all parts make comes back as data.
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { collectivesOf, statisticsWidth } from '../params/batch-statistics.js';
import { numDirections, type ModelSpec } from '../params/model-spec.js';
import type { Normalised } from './normalise-rows.js';
import type { Tfjs } from './tfjs.js';

/** Added to the variance, as in PyTorch. */
const epsilon = 1e-5;

/** Of one direction of a layer over the global batch, each [G*H]. */
export type BatchStatistics = {
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
  /** Means of dL/dy and of dL/dy times the normalised values, where y is what the gain and bias make of those. */
  readonly meanGrad: Tensor1D;
  readonly meanGradAlong: Tensor1D;
};

/** Uploads `totals` `[a | b]` of the collectives so far, as [layer][direction]; zeros stand for those to come. */
export function uploadStatistics(tf: Tfjs, spec: ModelSpec, totals: readonly Float32Array[]): BatchStatistics[][] {
  const width = statisticsWidth(spec);
  const size = width / numDirections(spec);
  const collectives = collectivesOf(spec);
  if (collectives.length === 0) return [];
  return Array.from({ length: spec.layers }, (_, layer) => {
    const totalsOf = (isForward: boolean) =>
      totals[collectives.findIndex((one) => one.layer === layer && one.isForward === isForward)] ??
      new Float32Array(2 * width);
    const [forward, backward] = [totalsOf(true), totalsOf(false)];
    return Array.from({ length: numDirections(spec) }, (__, direction) => {
      const part = (values: Float32Array, first: number) =>
        tf.tensor1d(values.slice(first + direction * size, first + (direction + 1) * size));
      return {
        mean: part(forward, 0),
        variance: part(forward, width),
        meanGrad: part(backward, 0),
        meanGradAlong: part(backward, width),
      };
    });
  });
}

/** Normalises `values` [places, G*H] by given moments. */
export function normaliseBatch(
  tf: Tfjs,
  values: Tensor2D,
  { mean, variance }: Pick<BatchStatistics, 'mean' | 'variance'>,
): Normalised {
  // No variance is below 0 but in the probes of the start-up checks, and NaN would tell them nothing.
  const scale = tf.rsqrt(tf.add(tf.relu(variance), epsilon));
  return { values: tf.mul(tf.sub(values, mean), scale) as Tensor2D, scale };
}

/** dL/d of what was normalised; `grad` is dL/dy, `valid` [places, 1] is 1 where there is a step. */
export function normaliseBatchBackward(
  tf: Tfjs,
  { values, scale }: Normalised,
  { grad, gain, valid }: { readonly grad: Tensor2D; readonly gain: Tensor1D; readonly valid: Tensor2D },
  { meanGrad, meanGradAlong }: BatchStatistics,
): Tensor2D {
  const through = tf.sub(tf.sub(grad, meanGrad), tf.mul(values, meanGradAlong));
  // A padded place has no gradient of its own, and would get the means'.
  return tf.mul(tf.mul(through, tf.mul(scale, gain)), valid);
}

/** A shard's `[count | mean | sum of squares about it]` of `values` [places, G*H]. */
export function momentsOfShard(tf: Tfjs, values: Tensor2D, valid: Tensor2D): { mean: Tensor1D; squares: Tensor1D } {
  return tf.tidy(() => {
    const mean = tf.div(tf.sum(tf.mul(values, valid), 0), tf.sum(valid)) as Tensor1D;
    const squares = tf.sum(tf.square(tf.mul(tf.sub(values, mean), valid)), 0) as Tensor1D;
    return { mean, squares };
  });
}
