// Gradients of a layer's weights, shard by shard, from those at its pre-activations.
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { OmegaTerms } from './omega.js';
import { flattenSteps, sliceShard, unflattenSteps } from './places.js';
import type { GateGradients } from './recurrent-cell.js';
import type { StackShape } from './shard-stack.js';
import type { StackTensors } from './stack-tensors.js';
import type { Tfjs } from './tfjs.js';
import type { NormWeights } from './weights.js';

/** One shard's gradients of one direction of a layer. */
export type LayerGradients = {
  readonly input: Tensor2D; // [G*H, in]
  readonly recurrent: Tensor2D; // [G*H, H]
  readonly bias: Tensor1D; // [G*H] of b_ih, and of b_hh unless it has its own
  readonly hiddenBias?: Tensor1D; // [G*H]
  readonly norms?: Partial<NormWeights>;
};

/** A layer's gradients [steps, rows, G*H] before and after the normalisation of x W_ih^T. */
export type LayerGateGradients = GateGradients & {
  /** At x W_ih^T; the same as `input` without normalisation. */
  readonly inputProduct: Tensor3D;
  /** At the gains, before the sum over steps and rows. */
  readonly inputGains?: Tensor3D;
};

/** What the products run on. */
interface GradientRun {
  readonly tf: Tfjs;
  readonly shape: StackShape;
}

/** One product over all steps and rows of a shard. Never over several shards: each shard's gradient keeps its own bits. */
export function weightGradients(
  { tf, shape }: GradientRun,
  shard: number,
  gateGrads: LayerGateGradients,
  inputs: Tensor3D,
  previousHidden: Tensor3D,
  omega: OmegaTerms | undefined,
): LayerGradients {
  return tf.tidy((): LayerGradients => {
    const ofShard = (tensor: Tensor3D) => flattenSteps(tf, sliceShard(tf, shape, shard, tensor));
    const inputGrads = ofShard(gateGrads.input); // [steps * rows, G*H]
    const inputProductGrads = gateGrads.inputProduct === gateGrads.input ? inputGrads : ofShard(gateGrads.inputProduct);
    const input: Tensor2D = tf.matMul(inputProductGrads, ofShard(inputs), true);
    const isSame = gateGrads.recurrent === gateGrads.input;
    const recurrentGrads = isSame ? inputGrads : ofShard(gateGrads.recurrent);
    const ofLoss: Tensor2D = tf.matMul(recurrentGrads, ofShard(previousHidden), true);
    const recurrent: Tensor2D = omega
      ? tf.add(ofLoss, tf.matMul(ofShard(omega.left), ofShard(omega.right), true))
      : ofLoss;
    const bias = tf.sum(inputGrads, 0) as Tensor1D;
    const { inputGains, ofRows } = gateGrads;
    const gains = inputGains ? { norms: { ih: tf.sum(ofShard(inputGains), 0) as Tensor1D } } : {};
    if (ofRows) return { input, recurrent, ...rowGradients(tf, shape, shard, ofRows, bias, gains.norms) };
    return isSame
      ? { input, recurrent, bias, ...gains }
      : { input, recurrent, bias, hiddenBias: tf.sum(recurrentGrads, 0) as Tensor1D, ...gains };
  });
}

/** Of biases and gains, where a cell keeps them apart by row. */
function rowGradients(
  tf: Tfjs,
  { rowsPerShard }: StackShape,
  shard: number,
  { hiddenBias, ...gains }: NonNullable<GateGradients['ofRows']>,
  bias: Tensor1D,
  inputNorm: Partial<NormWeights> | undefined,
): Pick<LayerGradients, 'bias' | 'hiddenBias' | 'norms'> {
  const sumOf = (values: Tensor2D) =>
    tf.sum(tf.slice(values, [shard * rowsPerShard, 0], [rowsPerShard, values.shape[1]]), 0) as Tensor1D;
  const sums = Object.fromEntries(Object.entries(gains).map(([name, values]) => [name, sumOf(values)]));
  const norms = inputNorm ? { norms: { ...inputNorm, ...sums } } : {};
  if (!hiddenBias) return { bias, ...norms };
  // PyTorch's b_hh [3H]: of the sums r and z it has the gradient of b_ih, inside the reset gate its own.
  const ofCandidate = sumOf(hiddenBias);
  return { bias, hiddenBias: tf.concat([tf.slice(bias, 0, 2 * ofCandidate.size), ofCandidate]), ...norms };
}

/** One-hot products, shard by shard: wasm has no sum by segments, and this order is fixed. */
export function embeddingGradients(
  { tf, shape, stack }: GradientRun & { readonly stack: StackTensors },
  inputGrad: Tensor3D,
): Tensor2D[] {
  const oneHot = unflattenSteps(tf, stack.vectors, shape.steps);
  return Array.from({ length: shape.numShards }, (_, shard) =>
    tf.tidy((): Tensor2D => {
      const ofShard = (tensor: Tensor3D) => flattenSteps(tf, sliceShard(tf, shape, shard, tensor));
      return tf.matMul(tf.transpose(ofShard(oneHot)), ofShard(inputGrad));
    }),
  );
}
