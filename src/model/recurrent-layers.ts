// The stack of recurrent layers: one product for all inputs of a layer, the recurrence, and the weight gradients shard by shard.
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { changesRecurrence, normalisesRows, type ModelSpec } from '../params/model-spec.js';
import { momentsOfShard, normaliseBatch, normaliseBatchBackward } from './batch-norm.js';
import { idsInOrderOf, inOrderOf, joinDirections, splitDirections } from './directions.js';
import { elmanCell } from './elman-rnn.js';
import { gruCell } from './gru.js';
import { lstmCell } from './lstm.js';
import { normaliseRows, normaliseRowsBackward, type Normalised } from './normalise-rows.js';
import { omegaTerms, type OmegaTerms } from './omega.js';
import { regularisedCell } from './regularised-cell.js';
import type { GateGradients, RecurrentCell, RecurrentTrace } from './recurrent-cell.js';
import type { StackShape } from './shard-stack.js';
import type { StackTensors } from './stack-tensors.js';
import type { Tfjs } from './tfjs.js';
import type { LayerWeights, NormWeights, RunningMoments, Weights } from './weights.js';

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
  readonly normalised: readonly Normalised[];
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

/** Runs all layers, or the lowest ones; returns a trace for each, the lowest first. */
export function runLayers(run: LayerRun, numLayers = run.spec.layers): LayerTrace[] {
  const { tf, shape } = run;
  const traces: LayerTrace[] = [];
  run.weights.layers.slice(0, numLayers).forEach((directions, layer) => {
    const below = traces.at(-1)?.outputs;
    const normalised: Normalised[] = [];
    const ran = directions.map((weights, direction) => {
      const product = tf.tidy(() => projectInputs(run, weights, below, { layer, direction }));
      const sums = normaliseInputs(run, product, { layer, direction }, normalised);
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

/** x W_ih^T normalised, for all steps at once; what the backward pass needs goes into `normalised`. */
function normaliseInputs(run: LayerRun, product: Tensor2D, place: Place, normalised: Normalised[]): Tensor2D {
  const { tf, spec } = run;
  const { norm } = spec;
  const { norms } = weightsAt(run, place);
  if (!norm || !norms) return product;
  const ofInputs = tf.tidy(() =>
    normalisesRows(norm) ? normaliseRows(tf, norm, product) : normaliseBatch(tf, product, momentsAt(run, place)),
  );
  normalised.push(ofInputs);
  return tf.mul(ofInputs.values, norms.ih);
}

/** Batch normalisation's moments: the step's own in training, running averages in evaluation. */
function momentsAt(run: LayerRun, place: Place): RunningMoments {
  return run.stack.statistics[place.layer]?.[place.direction] ?? weightsAt(run, place).running!;
}

function weightsAt({ weights }: LayerRun, { layer, direction }: Place): LayerWeights {
  return weights.layers[layer]![direction]!;
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
  const { tf, spec, shape, weights } = run;
  const gradients: LayerGradients[][][] = [];
  let fromAbove = hiddenGrad;
  for (let layer = weights.layers.length - 1; layer >= 0; layer--) {
    const directions = weights.layers[layer]!;
    const below = traces[layer - 1]?.outputs;
    const gateGrads = throughLayer(run, traces[layer]!, layer, fromAbove);
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

/** Of each direction of a layer, from the gradient at its outputs. */
function throughLayer(run: LayerRun, trace: LayerTrace, layer: number, fromAbove: Tensor3D): LayerGateGradients[] {
  const { tf, spec, stack, weights } = run;
  const directions = weights.layers[layer]!;
  const isInOwnOrder = spec.targetsPer === 'sequence' && layer === weights.layers.length - 1;
  const parts = splitDirections(tf, fromAbove, directions.length);
  return directions.map((ofDirection, direction): LayerGateGradients => {
    const part = parts[direction]!;
    const grad = isInOwnOrder ? part : inOrderOf(tf, stack, direction, part);
    const place = { layer, direction };
    const gateGrads = createCell(run, place).backward(trace.directions[direction]!, grad, ofDirection);
    return throughNorm(run, trace, place, gateGrads);
  });
}

/** A shard's part in a statistic of batch normalisation, of each direction [G*H]. */
export type ShardPart = { readonly a: Tensor1D; readonly b: Tensor1D };

/** Computes the moments of x W_ih^T of layer `traces.length`, as [shard][direction]: means, and sums of squares about them. */
export function layerMoments(run: LayerRun, traces: readonly LayerTrace[]): ShardPart[][] {
  const { tf, shape, stack } = run;
  const layer = traces.length;
  const valid = unflattenSteps(tf, stack.valid!, shape.steps);
  const products = run.weights.layers[layer]!.map((weights, direction) =>
    unflattenSteps(tf, projectInputs(run, weights, traces.at(-1)?.outputs, { layer, direction }), shape.steps),
  );
  return Array.from({ length: shape.numShards }, (_, shard) => {
    const ofShard = (tensor: Tensor3D) => flattenSteps(tf, sliceShard(tf, shape, shard, tensor));
    return products.map((product) => {
      const { mean, squares } = momentsOfShard(tf, ofShard(product), ofShard(valid));
      return { a: mean, b: squares };
    });
  });
}

/** Computes what a layer's gradients sum to, as [shard][direction]: of dL/dy, and of dL/dy times the normalised values. */
export function layerGradientSums(
  run: LayerRun,
  traces: readonly LayerTrace[],
  layer: number,
  hiddenGrad: Tensor3D,
): ShardPart[][] {
  const { tf, shape } = run;
  let fromAbove = hiddenGrad;
  for (let above = traces.length - 1; above > layer; above--) {
    fromAbove = inputGradient(run, above, throughLayer(run, traces[above]!, above, fromAbove));
  }
  const gateGrads = throughLayer(run, traces[layer]!, layer, fromAbove);
  return Array.from({ length: shape.numShards }, (_, shard) => {
    const sumOf = (tensor: Tensor3D) => tf.sum(flattenSteps(tf, sliceShard(tf, shape, shard, tensor)), 0) as Tensor1D;
    return gateGrads.map(({ input, inputGains }) => ({ a: sumOf(input), b: sumOf(inputGains!) }));
  });
}

/** A layer's gradients [steps, rows, G*H] before and after the normalisation of x W_ih^T. */
type LayerGateGradients = GateGradients & {
  /** At x W_ih^T; the same as `input` without normalisation. */
  readonly inputProduct: Tensor3D;
  /** At the gains, before the sum over steps and rows. */
  readonly inputGains?: Tensor3D;
};

function throughNorm(
  run: LayerRun,
  { normalised }: LayerTrace,
  place: Place,
  grads: GateGradients,
): LayerGateGradients {
  const { tf, spec, shape, stack } = run;
  const { norms } = weightsAt(run, place);
  const ofInputs = normalised[place.direction];
  if (!spec.norm || !ofInputs || !norms) return { ...grads, inputProduct: grads.input };
  const { norm } = spec;
  return {
    ...grads,
    ...tf.tidy(() => {
      const grad = flattenSteps(tf, grads.input);
      const inputProduct: Tensor2D = normalisesRows(norm)
        ? normaliseRowsBackward(tf, norm, ofInputs, tf.mul(grad, norms.ih))
        : normaliseBatchBackward(
            tf,
            ofInputs,
            { grad, gain: norms.ih, valid: stack.valid! },
            stack.statistics[place.layer]![place.direction]!,
          );
      return {
        inputProduct: unflattenSteps(tf, inputProduct, shape.steps),
        inputGains: unflattenSteps(tf, tf.mul(grad, ofInputs.values), shape.steps),
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
