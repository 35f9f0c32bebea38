// The stack of recurrent layers: one product for all inputs of a layer, the recurrence, and the weight gradients shard by shard.
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { ModelSpec } from '../params/model-spec.js';
import { lstmCell } from './lstm.js';
import type { RecurrentCell, RecurrentTrace } from './recurrent-cell.js';
import type { StackShape } from './shard-stack.js';
import type { StackTensors } from './stack-tensors.js';
import { tanhCell } from './tanh-rnn.js';
import type { Tfjs } from './tfjs.js';
import type { LayerWeights } from './weights.js';

/** One shard's gradients of one layer. */
export type LayerGradients = {
  readonly input: Tensor2D; // [G*H, in]
  readonly recurrent: Tensor2D; // [G*H, H]
  readonly bias: Tensor1D; // [G*H], the same for both biases
};

/** Runs all layers; returns a trace for each, the lowest first. */
export function runLayers(
  tf: Tfjs,
  spec: ModelSpec,
  layers: readonly LayerWeights[],
  shape: StackShape,
  stack: StackTensors,
): RecurrentTrace[] {
  const cell = createCell(tf, spec);
  const traces: RecurrentTrace[] = [];
  for (const weights of layers) {
    const below = traces.at(-1);
    const projected = tf.tidy(() => {
      const product = below
        ? tf.matMul(flattenSteps(tf, below.hidden), weights.inputT)
        : projectInputs(tf, stack, weights);
      return unflattenSteps(tf, tf.add(product, weights.bias) as Tensor2D, shape.steps);
    });
    traces.push(cell.forward(projected, weights.recurrentT));
    projected.dispose();
  }
  return traces;
}

/** Backpropagates `hiddenGrad` [steps, rows, H] of the top layer; returns gradients by layer and shard: `[layer][shard]`. */
export function layersBackward(
  tf: Tfjs,
  spec: ModelSpec,
  layers: readonly LayerWeights[],
  shape: StackShape,
  stack: StackTensors,
  traces: readonly RecurrentTrace[],
  hiddenGrad: Tensor3D,
): LayerGradients[][] {
  const cell = createCell(tf, spec);
  const gradients: LayerGradients[][] = [];
  let fromAbove = hiddenGrad;
  for (let layer = layers.length - 1; layer >= 0; layer--) {
    const [weights, trace, below] = [layers[layer]!, traces[layer]!, traces[layer - 1]];
    const gateGrads = cell.backward(trace, fromAbove, weights.recurrent); // [steps, rows, G*H]
    const inputs = below ? below.hidden : unflattenSteps(tf, stack.vectors, shape.steps); // [steps, rows, in]
    gradients.unshift(
      Array.from({ length: shape.numShards }, (_, shard) =>
        weightGradients(tf, shape, shard, gateGrads, inputs, trace.previousHidden),
      ),
    );
    if (below)
      fromAbove = tf.tidy(() => unflattenSteps(tf, tf.matMul(flattenSteps(tf, gateGrads), weights.input), shape.steps));
  }
  return gradients;
}

function createCell(tf: Tfjs, spec: ModelSpec): RecurrentCell<RecurrentTrace> {
  return spec.cell === 'lstm' ? lstmCell(tf) : tanhCell(tf);
}

/** x W_ih^T [steps * rows, G*H]. An id stands for its one-hot vector, whose product is one row of W_ih^T. */
function projectInputs(tf: Tfjs, { vectors, ids }: StackTensors, weights: LayerWeights): Tensor2D {
  return ids ? tf.gather(weights.inputT, ids) : tf.matMul(vectors, weights.inputT);
}

/** One product over all steps and rows of a shard. Never over several shards: each shard's gradient keeps its own bits. */
function weightGradients(
  tf: Tfjs,
  shape: StackShape,
  shard: number,
  gateGrads: Tensor3D,
  inputs: Tensor3D,
  previousHidden: Tensor3D,
): LayerGradients {
  return tf.tidy(() => {
    const ofShard = (tensor: Tensor3D) => flattenSteps(tf, sliceShard(tf, shape, shard, tensor));
    const gateGradsT = tf.transpose(ofShard(gateGrads)); // [G*H, steps * rows]
    return {
      input: tf.matMul(gateGradsT, ofShard(inputs)),
      recurrent: tf.matMul(gateGradsT, ofShard(previousHidden)),
      bias: tf.sum(gateGradsT, 1) as Tensor1D,
    };
  });
}

function sliceShard(tf: Tfjs, { steps, rows, rowsPerShard }: StackShape, shard: number, tensor: Tensor3D): Tensor3D {
  if (rows === rowsPerShard) return tensor;
  return tf.slice(tensor, [0, shard * rowsPerShard, 0], [steps, rowsPerShard, tensor.shape[2]]);
}

function flattenSteps(tf: Tfjs, tensor: Tensor3D): Tensor2D {
  const [steps, rows, size] = tensor.shape;
  return tf.reshape(tensor, [steps * rows, size]);
}

function unflattenSteps(tf: Tfjs, tensor: Tensor2D, steps: number): Tensor3D {
  return tf.reshape(tensor, [steps, tensor.shape[0] / steps, tensor.shape[1]]);
}
