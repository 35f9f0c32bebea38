// The stack of recurrent layers: one product for all inputs of a layer, the recurrence, and the weight gradients shard by shard.
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { ModelSpec } from '../params/model-spec.js';
import { idsInOrderOf, inOrderOf, joinDirections, splitDirections } from './directions.js';
import { elmanCell } from './elman-rnn.js';
import { gruCell } from './gru.js';
import { lstmCell } from './lstm.js';
import type { GateGradients, RecurrentCell, RecurrentTrace } from './recurrent-cell.js';
import type { StackShape } from './shard-stack.js';
import type { StackTensors } from './stack-tensors.js';
import type { Tfjs } from './tfjs.js';
import type { LayerWeights, Weights } from './weights.js';

/** What all functions below work on. */
export interface LayerRun {
  readonly tf: Tfjs;
  readonly spec: ModelSpec;
  readonly shape: StackShape;
  readonly weights: Weights;
  readonly stack: StackTensors;
}

/** What a layer leaves for the backward pass. */
export type LayerTrace = {
  /** Of each direction, in the order in which it ran. */
  readonly directions: readonly RecurrentTrace[];
  /** What the layer above reads [steps, rows, D*H], in the order of time; 0 where dropout left a value out. */
  readonly outputs: Tensor3D;
};

/** One shard's gradients of one direction of a layer. */
export type LayerGradients = {
  readonly input: Tensor2D; // [G*H, in]
  readonly recurrent: Tensor2D; // [G*H, H]
  readonly bias: Tensor1D; // [G*H] of b_ih, and of b_hh unless it has its own
  readonly hiddenBias?: Tensor1D; // [G*H]
};

export type StackGradients = {
  /** [layer][direction][shard] */
  readonly layers: LayerGradients[][][];
  /** [shard] each [vocabulary, E]; empty without an embedding. */
  readonly embedding: Tensor2D[];
};

/** Runs all layers; returns a trace for each, the lowest first. */
export function runLayers(run: LayerRun): LayerTrace[] {
  const { tf, shape } = run;
  const cell = createCell(tf, run.spec);
  const traces: LayerTrace[] = [];
  run.weights.layers.forEach((directions, layer) => {
    const below = traces.at(-1)?.outputs;
    const ran = directions.map((weights, direction) => {
      const projected = tf.tidy(() => {
        const product = projectInputs(run, weights, below, direction);
        return unflattenSteps(tf, tf.add(product, weights.bias) as Tensor2D, shape.steps);
      });
      const trace = cell.forward(projected, weights);
      projected.dispose();
      return trace;
    });
    traces.push({ directions: ran, outputs: outputsOf(run, layer, ran) });
  });
  return traces;
}

/** [steps, rows, D*H] with, at a row's last valid step, the state in which each direction ended. */
export function lastStates(tf: Tfjs, { directions }: LayerTrace): Tensor3D {
  const ended = directions.map(({ hidden }) => hidden);
  return joinDirections(tf, ended);
}

function outputsOf(run: LayerRun, layer: number, ran: readonly RecurrentTrace[]): Tensor3D {
  const { tf, stack } = run;
  return tf.tidy(() => {
    const hidden = ran.map((trace, direction) => inOrderOf(tf, stack, direction, trace.hidden));
    return applyMask(run, layer, joinDirections(tf, hidden));
  });
}

/** Dropout, and its way back: both multiply by the mask. The last layer has none. */
function applyMask({ tf, stack }: LayerRun, layer: number, values: Tensor3D): Tensor3D {
  const mask = stack.masks[layer];
  return mask ? tf.mul(values, mask) : values;
}

/**
 * Backpropagates `hiddenGrad` [steps, rows, D*H] of the top layer; with one target a sequence it is the gradient of `lastStates`.
 * Gradients of weights are taken shard by shard.
 */
export function layersBackward(run: LayerRun, traces: readonly LayerTrace[], hiddenGrad: Tensor3D): StackGradients {
  const { tf, spec, shape, stack, weights } = run;
  const cell = createCell(tf, spec);
  const gradients: LayerGradients[][][] = [];
  let fromAbove = hiddenGrad;
  for (let layer = weights.layers.length - 1; layer >= 0; layer--) {
    const directions = weights.layers[layer]!;
    const below = traces[layer - 1]?.outputs;
    const isInOwnOrder = spec.targetsPer === 'sequence' && layer === weights.layers.length - 1;
    const parts = splitDirections(tf, fromAbove, directions.length);
    const gateGrads = directions.map((ofDirection, direction): GateGradients => {
      const part = parts[direction]!;
      const grad = isInOwnOrder ? part : inOrderOf(tf, stack, direction, part);
      return cell.backward(traces[layer]!.directions[direction]!, grad, ofDirection); // [steps, rows, G*H]
    });
    gradients.unshift(
      gateGrads.map((ofDirection, direction) => {
        const inputs = inputVectors(run, below, direction); // [steps, rows, in]
        const { previousHidden } = traces[layer]!.directions[direction]!;
        return Array.from({ length: shape.numShards }, (_, shard) =>
          weightGradients(run, shard, ofDirection, inputs, previousHidden),
        );
      }),
    );
    if (below || weights.embedding) fromAbove = inputGradient(run, layer, gateGrads);
  }
  return { layers: gradients, embedding: weights.embedding ? embeddingGradients(run, fromAbove) : [] };
}

function createCell(tf: Tfjs, spec: ModelSpec): RecurrentCell<RecurrentTrace> {
  switch (spec.cell) {
    case 'rnn':
      return elmanCell(tf, 'tanh');
    case 'relu':
      return elmanCell(tf, 'relu');
    case 'lstm':
      return lstmCell(tf);
    case 'gru':
      return gruCell(tf);
  }
}

/** x W_ih^T [steps * rows, G*H], in the order in which a direction runs. */
function projectInputs(
  run: LayerRun,
  { inputT }: LayerWeights,
  below: Tensor3D | undefined,
  direction: number,
): Tensor2D {
  const { tf, weights, stack } = run;
  // An id stands for its one-hot vector, whose product is one row of W_ih^T.
  const isLookedUp = stack.ids && !below && !weights.embedding;
  if (isLookedUp) return tf.gather(inputT, idsInOrderOf(tf, stack, direction, stack.ids));
  return tf.matMul(flattenSteps(tf, inputVectors(run, below, direction)), inputT);
}

/** What a layer reads as vectors [steps, rows, in], in the order in which a direction runs. */
function inputVectors(run: LayerRun, below: Tensor3D | undefined, direction: number): Tensor3D {
  const { tf, stack, shape, weights } = run;
  if (below) return inOrderOf(tf, stack, direction, below);
  const vectors: Tensor2D = weights.embedding ? tf.gather(weights.embedding, stack.ids!) : stack.vectors;
  return inOrderOf(tf, stack, direction, unflattenSteps(tf, vectors, shape.steps));
}

/** What the directions of a layer give back to what lies below [steps, rows, in], in the order of time. */
function inputGradient(run: LayerRun, layer: number, gateGrads: readonly GateGradients[]): Tensor3D {
  const { tf, stack, shape, weights } = run;
  return tf.tidy(() => {
    const grads = gateGrads.map(({ input }, direction) => {
      const product: Tensor2D = tf.matMul(flattenSteps(tf, input), weights.layers[layer]![direction]!.input);
      return inOrderOf(tf, stack, direction, unflattenSteps(tf, product, shape.steps));
    });
    const sum = grads.reduce((total, grad) => tf.add(total, grad));
    return layer === 0 ? sum : applyMask(run, layer - 1, sum);
  });
}

/** One product over all steps and rows of a shard. Never over several shards: each shard's gradient keeps its own bits. */
function weightGradients(
  { tf, shape }: LayerRun,
  shard: number,
  gateGrads: GateGradients,
  inputs: Tensor3D,
  previousHidden: Tensor3D,
): LayerGradients {
  return tf.tidy((): LayerGradients => {
    const ofShard = (tensor: Tensor3D) => flattenSteps(tf, sliceShard(tf, shape, shard, tensor));
    const inputGrads = ofShard(gateGrads.input); // [steps * rows, G*H]
    const input: Tensor2D = tf.matMul(inputGrads, ofShard(inputs), true);
    const isSame = gateGrads.recurrent === gateGrads.input;
    const recurrentGrads = isSame ? inputGrads : ofShard(gateGrads.recurrent);
    const recurrent: Tensor2D = tf.matMul(recurrentGrads, ofShard(previousHidden), true);
    const bias = tf.sum(inputGrads, 0) as Tensor1D;
    return isSame
      ? { input, recurrent, bias }
      : { input, recurrent, bias, hiddenBias: tf.sum(recurrentGrads, 0) as Tensor1D };
  });
}

/** One-hot products, shard by shard: wasm has no sum by segments, and this order is fixed. */
function embeddingGradients({ tf, shape, stack }: LayerRun, inputGrad: Tensor3D): Tensor2D[] {
  const oneHot = unflattenSteps(tf, stack.vectors, shape.steps);
  return Array.from({ length: shape.numShards }, (_, shard) =>
    tf.tidy((): Tensor2D => {
      const ofShard = (tensor: Tensor3D) => flattenSteps(tf, sliceShard(tf, shape, shard, tensor));
      return tf.matMul(tf.transpose(ofShard(oneHot)), ofShard(inputGrad));
    }),
  );
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
