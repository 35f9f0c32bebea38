// The stack of recurrent layers: one product for all inputs of a layer, the recurrence, and the weight gradients shard by shard.
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { changesRecurrence, type ModelSpec } from '../params/model-spec.js';
import { idsInOrderOf, inOrderOf, joinDirections, splitDirections } from './directions.js';
import { elmanCell } from './elman-rnn.js';
import { gruCell } from './gru.js';
import { lstmCell } from './lstm.js';
import { normaliseRows, normaliseRowsBackward, type NormalisedRows } from './normalise-rows.js';
import { omegaTerms, type OmegaTerms } from './omega.js';
import { regularisedCell } from './regularised-cell.js';
import type { GateGradients, RecurrentCell, RecurrentTrace } from './recurrent-cell.js';
import type { StackShape } from './shard-stack.js';
import type { StackTensors } from './stack-tensors.js';
import type { Tfjs } from './tfjs.js';
import type { LayerWeights, NormWeights, Weights } from './weights.js';

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
  /** Of each direction, x W_ih^T normalised; empty without normalisation. */
  readonly normalised: readonly NormalisedRows[];
  /** What the layer above reads [steps, rows, D*H], in the order of time; 0 where dropout left a value out. */
  readonly outputs: Tensor3D;
};

/** One shard's gradients of one direction of a layer. */
export type LayerGradients = {
  readonly input: Tensor2D; // [G*H, in]
  readonly recurrent: Tensor2D; // [G*H, H]
  readonly bias: Tensor1D; // [G*H] of b_ih, and of b_hh unless it has its own
  readonly hiddenBias?: Tensor1D; // [G*H]
  readonly norms?: Partial<NormWeights>;
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
  const traces: LayerTrace[] = [];
  run.weights.layers.forEach((directions, layer) => {
    const below = traces.at(-1)?.outputs;
    const normalised: NormalisedRows[] = [];
    const ran = directions.map((weights, direction) => {
      const product = tf.tidy(() => projectInputs(run, weights, below, { layer, direction }));
      const sums = normaliseInputs(run, product, weights, normalised);
      const projected = unflattenSteps(tf, tf.add(sums, weights.bias) as Tensor2D, shape.steps);
      tf.dispose([product, sums]);
      const trace = createCell(run, { layer, direction }).forward(projected, weights);
      projected.dispose();
      return trace;
    });
    traces.push({ directions: ran, normalised, outputs: outputsOf(run, layer, ran) });
  });
  return traces;
}

/** LN(x W_ih^T), for all steps at once; what the backward pass needs goes into `normalised`. */
function normaliseInputs(
  { tf, spec }: LayerRun,
  product: Tensor2D,
  { norms }: LayerWeights,
  normalised: NormalisedRows[],
): Tensor2D {
  const { norm } = spec;
  if (!norm || !norms) return product;
  const rows = tf.tidy(() => normaliseRows(tf, norm, product));
  normalised.push(rows);
  return tf.mul(rows.values, norms.ih);
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
  const gradients: LayerGradients[][][] = [];
  let fromAbove = hiddenGrad;
  for (let layer = weights.layers.length - 1; layer >= 0; layer--) {
    const directions = weights.layers[layer]!;
    const below = traces[layer - 1]?.outputs;
    const isInOwnOrder = spec.targetsPer === 'sequence' && layer === weights.layers.length - 1;
    const parts = splitDirections(tf, fromAbove, directions.length);
    const gateGrads = directions.map((ofDirection, direction): LayerGateGradients => {
      const part = parts[direction]!;
      const grad = isInOwnOrder ? part : inOrderOf(tf, stack, direction, part);
      const place = { layer, direction };
      const cell = createCell(run, place);
      return throughNorm(
        run,
        traces[layer]!,
        place,
        cell.backward(traces[layer]!.directions[direction]!, grad, ofDirection),
      );
    });
    gradients.unshift(
      gateGrads.map((ofDirection, direction) => {
        const inputs = inputVectors(run, below, { layer, direction }); // [steps, rows, in]
        const { hidden, previousHidden } = traces[layer]!.directions[direction]!;
        const omega =
          spec.omega && omegaTerms(tf, spec, { hidden, gateGrads: ofDirection.recurrent }, directions[direction]!);
        return Array.from({ length: shape.numShards }, (_, shard) =>
          weightGradients(run, shard, ofDirection, inputs, previousHidden, omega || undefined),
        );
      }),
    );
    if (below || weights.embedding) fromAbove = inputGradient(run, layer, gateGrads);
  }
  return { layers: gradients, embedding: weights.embedding ? embeddingGradients(run, fromAbove) : [] };
}

/** A layer's gradients [steps, rows, G*H] before and after the normalisation of x W_ih^T. */
type LayerGateGradients = GateGradients & {
  /** At x W_ih^T; the same as `input` without normalisation. */
  readonly inputProduct: Tensor3D;
  /** At the gains, before the sum over steps and rows. */
  readonly inputGains?: Tensor3D;
};

function throughNorm(
  { tf, spec, weights, shape }: LayerRun,
  { normalised }: LayerTrace,
  { layer, direction }: Place,
  grads: GateGradients,
): LayerGateGradients {
  const [rows, norms] = [normalised[direction], weights.layers[layer]![direction]!.norms];
  if (!spec.norm || !rows || !norms) return { ...grads, inputProduct: grads.input };
  const { norm } = spec;
  return {
    ...grads,
    ...tf.tidy(() => {
      const input = flattenSteps(tf, grads.input);
      const inputProduct: Tensor2D = normaliseRowsBackward(tf, norm, rows, tf.mul(input, norms.ih));
      return {
        inputProduct: unflattenSteps(tf, inputProduct, shape.steps),
        inputGains: unflattenSteps(tf, tf.mul(input, rows.values), shape.steps),
      };
    }),
  };
}

/** One direction of one layer. */
interface Place {
  readonly layer: number;
  readonly direction: number;
}

function createCell({ tf, spec, stack }: LayerRun, { layer, direction }: Place): RecurrentCell<RecurrentTrace> {
  // The cell reads only traces that it made itself.
  if (changesRecurrence(spec))
    return regularisedCell(tf, spec, stack.cellMasks[layer]?.[direction] ?? {}) as RecurrentCell<RecurrentTrace>;
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
function projectInputs(run: LayerRun, { inputT }: LayerWeights, below: Tensor3D | undefined, place: Place): Tensor2D {
  const { tf, weights, stack } = run;
  // An id stands for its one-hot vector, whose product is one row of W_ih^T.
  const isLookedUp = stack.ids && !below && !weights.embedding && !inputMask(run, place);
  if (isLookedUp) return tf.gather(inputT, idsInOrderOf(tf, stack, place.direction, stack.ids));
  return tf.matMul(flattenSteps(tf, inputVectors(run, below, place)), inputT);
}

/** What a layer reads as vectors [steps, rows, in], in the order in which a direction runs. */
function inputVectors(run: LayerRun, below: Tensor3D | undefined, place: Place): Tensor3D {
  const { tf, stack, shape, weights } = run;
  const dropped = (values: Tensor3D): Tensor3D => {
    const mask = inputMask(run, place);
    return inOrderOf(tf, stack, place.direction, mask ? tf.mul<Tensor3D>(values, mask) : values);
  };
  if (below) return dropped(below);
  const vectors: Tensor2D = weights.embedding ? tf.gather(weights.embedding, stack.ids!) : stack.vectors;
  return dropped(unflattenSteps(tf, vectors, shape.steps));
}

/** [1, rows, in] variational dropout of a layer's inputs. */
function inputMask({ stack }: LayerRun, { layer, direction }: Place): Tensor3D | undefined {
  return stack.cellMasks[layer]?.[direction]?.inputs;
}

/** What the directions of a layer give back to what lies below [steps, rows, in], in the order of time. */
function inputGradient(run: LayerRun, layer: number, gateGrads: readonly LayerGateGradients[]): Tensor3D {
  const { tf, stack, shape, weights } = run;
  return tf.tidy(() => {
    const grads = gateGrads.map(({ inputProduct }, direction): Tensor3D => {
      const product: Tensor2D = tf.matMul(flattenSteps(tf, inputProduct), weights.layers[layer]![direction]!.input);
      const ofVectors = inOrderOf(tf, stack, direction, unflattenSteps(tf, product, shape.steps));
      const mask = inputMask(run, { layer, direction });
      return mask ? tf.mul<Tensor3D>(ofVectors, mask) : ofVectors;
    });
    const sum = grads.reduce((total, grad) => tf.add(total, grad));
    return layer === 0 ? sum : applyMask(run, layer - 1, sum);
  });
}

/** One product over all steps and rows of a shard. Never over several shards: each shard's gradient keeps its own bits. */
function weightGradients(
  { tf, shape }: LayerRun,
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
    if (gateGrads.ofRows) return { input, recurrent, ...rowGradients(tf, shape, shard, gateGrads, bias) };
    return isSame
      ? { input, recurrent, bias }
      : { input, recurrent, bias, hiddenBias: tf.sum(recurrentGrads, 0) as Tensor1D };
  });
}

/** Of biases and gains, where a cell keeps them apart by row. */
function rowGradients(
  tf: Tfjs,
  shape: StackShape,
  shard: number,
  { ofRows = {}, inputGains }: LayerGateGradients,
  bias: Tensor1D,
): Pick<LayerGradients, 'bias' | 'hiddenBias' | 'norms'> {
  const rowsOf = (values: Tensor2D) =>
    tf.slice(values, [shard * shape.rowsPerShard, 0], [shape.rowsPerShard, values.shape[1]]);
  const { hiddenBias: candidateBias, ...gains } = ofRows;
  const sums = Object.entries(gains).map(([name, values]) => [name, tf.sum(rowsOf(values), 0)] as const);
  const ih = inputGains && { ih: tf.sum(flattenSteps(tf, sliceShard(tf, shape, shard, inputGains)), 0) as Tensor1D };
  const norms = ih ? { norms: { ...ih, ...(Object.fromEntries(sums) as Partial<NormWeights>) } } : {};
  if (!candidateBias) return { bias, ...norms };
  // PyTorch's b_hh [3H]: of the sums r and z it has the gradient of b_ih, inside the reset gate its own.
  const ofCandidate = tf.sum(rowsOf(candidateBias), 0) as Tensor1D;
  return { bias, hiddenBias: tf.concat([tf.slice(bias, 0, 2 * ofCandidate.size), ofCandidate]), ...norms };
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
