// The stack of recurrent layers: one product for all inputs of a layer, the recurrence, and the weight gradients shard by shard.
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { changesRecurrence, normalisesRows, type ModelSpec } from '../params/model-spec.js';
import { type BatchNormalised, normaliseBatch, normaliseBatchBackward } from './batch-norm.js';
import { idsInOrderOf, inOrderOf, joinDirections, splitDirections } from './directions.js';
import { elmanCell } from './elman-rnn.js';
import { gruCell } from './gru.js';
import { type DirectionLockstep, gradientSumsOfShards, type Lockstep, momentsOfShards, together } from './lockstep.js';
import { lockstepBackward, lockstepForward, type LockstepRun, type LockstepTrace } from './lockstep-cell.js';
import { lstmCell } from './lstm.js';
import { normaliseRows, normaliseRowsBackward, type NormalisedRows } from './normalise-rows.js';
import { omegaTerms } from './omega.js';
import { flattenSteps, unflattenSteps } from './places.js';
import { regularisedCell } from './regularised-cell.js';
import type { RecurrentCell, RecurrentTrace, States } from './recurrent-cell.js';
import type { StackShape } from './shard-stack.js';
import type { StackTensors } from './stack-tensors.js';
import type { Tfjs } from './tfjs.js';
import {
  embeddingGradients,
  type LayerGateGradients,
  type LayerGradients,
  weightGradients,
} from './weight-gradients.js';
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
  readonly directions: readonly DirectionTrace[];
  /** What the layer above reads [steps, rows, D*H], in the order of time; 0 where dropout left a value out. */
  readonly outputs: Tensor3D;
};

type DirectionTrace = {
  readonly recurrence: RecurrentTrace;
  /** x W_ih^T normalised before the recurrence. */
  readonly ofRows?: NormalisedRows;
  readonly ofBatch?: BatchNormalised;
};

export type StackGradients = {
  /** [layer][direction][shard] */
  readonly layers: LayerGradients[][][];
  /** [shard] each [vocabulary, E]; empty without an embedding. */
  readonly embedding: Tensor2D[];
};

/** Runs all layers; returns a trace for each, the lowest first. */
export function* runLayers(run: LayerRun): Lockstep<LayerTrace[]> {
  const traces: LayerTrace[] = [];
  for (const [layer, directions] of run.weights.layers.entries()) {
    const below = traces.at(-1)?.outputs;
    const ran = yield* together(directions.map((_, direction) => runDirection(run, below, { layer, direction })));
    traces.push({ directions: ran, outputs: outputsOf(run, layer, ran) });
  }
  return traces;
}

function* runDirection(run: LayerRun, below: Tensor3D | undefined, place: Place): DirectionLockstep<DirectionTrace> {
  const { tf, spec, shape } = run;
  const weights = weightsAt(run, place);
  const product = tf.tidy(() => projectInputs(run, weights, below, place));
  if (spec.norm === 'batch-step') {
    return { recurrence: yield* lockstepForward(lockstepAt(run, place), unflattenSteps(tf, product, shape.steps)) };
  }
  const { sums, ...normalised } = yield* normaliseInputs(run, product, place);
  const projected = unflattenSteps(tf, tf.add(sums, weights.bias) as Tensor2D, shape.steps);
  tf.dispose([product, sums]);
  const recurrence = createCell(run, place).forward(projected, weights, startOf(run, place));
  projected.dispose();
  return { recurrence, ...normalised };
}

/** Where the rows of a layer start; undefined: at zero. */
function startOf({ stack }: LayerRun, { layer }: Place): States | undefined {
  const [hidden, cell] = stack.carried?.[layer] ?? [];
  return hidden && { hidden, ...(cell && { cell }) };
}

/** x W_ih^T normalised and with its gain, for all steps at once, and what the backward pass needs. */
function* normaliseInputs(
  run: LayerRun,
  product: Tensor2D,
  place: Place,
): DirectionLockstep<Omit<DirectionTrace, 'recurrence'> & { readonly sums: Tensor2D }> {
  const { tf, spec, shape } = run;
  const { norm } = spec;
  const { norms } = weightsAt(run, place);
  if (!norm || !norms) return { sums: product };
  if (normalisesRows(norm)) {
    const ofRows = tf.tidy(() => normaliseRows(tf, norm, product));
    return { sums: tf.mul(ofRows.values, norms.ih), ofRows };
  }
  const values = unflattenSteps(tf, product, shape.steps);
  const moments = yield { isForward: true, parts: () => momentsOfShards(tf, shape, values, validAt(run)) };
  const ofBatch = normaliseBatch(tf, values, moments);
  return { sums: flattenSteps(tf, tf.mul(ofBatch.values, norms.ih)), ofBatch };
}

/** [steps, rows, 1] 1 where there is a step: turned around within its length, a row is what it was. */
function validAt({ tf, stack, shape }: LayerRun): Tensor3D {
  return unflattenSteps(tf, stack.valid!, shape.steps);
}

function lockstepAt(run: LayerRun, place: Place): LockstepRun {
  const { tf, spec, shape, stack } = run;
  const masks = stack.cellMasks[place.layer]?.[place.direction] ?? {};
  return { tf, spec, shape, masks, weights: weightsAt(run, place), valid: validAt(run) };
}

function weightsAt({ weights }: LayerRun, { layer, direction }: Place): LayerWeights {
  return weights.layers[layer]![direction]!;
}

/** [steps, rows, D*H] with, at a row's last valid step, the state in which each direction ended. */
export function lastStates(tf: Tfjs, { directions }: LayerTrace): Tensor3D {
  const ended = directions.map(({ recurrence }) => recurrence.hidden);
  return joinDirections(tf, ended);
}

function outputsOf(run: LayerRun, layer: number, ran: readonly DirectionTrace[]): Tensor3D {
  const { tf, stack } = run;
  return tf.tidy(() => {
    const hidden = ran.map(({ recurrence }, direction) => inOrderOf(tf, stack, direction, recurrence.hidden));
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
export function* layersBackward(
  run: LayerRun,
  traces: readonly LayerTrace[],
  hiddenGrad: Tensor3D,
): Lockstep<StackGradients> {
  const { tf, spec, shape, weights } = run;
  const gradients: LayerGradients[][][] = [];
  let fromAbove = hiddenGrad;
  for (let layer = weights.layers.length - 1; layer >= 0; layer--) {
    const directions = weights.layers[layer]!;
    const below = traces[layer - 1]?.outputs;
    const gateGrads = yield* throughLayer(run, traces[layer]!, layer, fromAbove);
    gradients.unshift(
      gateGrads.map((ofDirection, direction) => {
        const inputs = inputVectors(run, below, { layer, direction }); // [steps, rows, in]
        const { hidden, previousHidden } = traces[layer]!.directions[direction]!.recurrence;
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
function throughLayer(
  run: LayerRun,
  trace: LayerTrace,
  layer: number,
  fromAbove: Tensor3D,
): Lockstep<LayerGateGradients[]> {
  const { tf, spec, stack, weights } = run;
  const isInOwnOrder = spec.targetsPer === 'sequence' && layer === weights.layers.length - 1;
  const parts = splitDirections(tf, fromAbove, trace.directions.length);
  return together(
    trace.directions.map((ofDirection, direction) => {
      const part = parts[direction]!;
      const grad = isInOwnOrder ? part : inOrderOf(tf, stack, direction, part);
      return throughDirection(run, ofDirection, { layer, direction }, grad);
    }),
  );
}

function* throughDirection(
  run: LayerRun,
  trace: DirectionTrace,
  place: Place,
  grad: Tensor3D,
): DirectionLockstep<LayerGateGradients> {
  const { tf, spec, shape } = run;
  // A trace is read by the cell that made it.
  if (spec.norm === 'batch-step') {
    return yield* lockstepBackward(lockstepAt(run, place), trace.recurrence as LockstepTrace, grad);
  }
  const weights = weightsAt(run, place);
  const gateGrads = createCell(run, place).backward(trace.recurrence, grad, weights);
  const { input } = gateGrads;
  const { ofRows, ofBatch } = trace;
  if (ofRows) return { ...gateGrads, ...throughRows(run, ofRows, input, weights.norms!.ih) };
  if (!ofBatch) return { ...gateGrads, inputProduct: input };
  const ofValues: Tensor3D = tf.mul(input, weights.norms!.ih);
  const parts = () => gradientSumsOfShards(tf, shape, ofValues, ofBatch.values, validAt(run));
  const means = yield { isForward: false, parts };
  return {
    ...gateGrads,
    inputProduct: normaliseBatchBackward(tf, ofBatch, ofValues, means, validAt(run)),
    inputGains: tf.mul(input, ofBatch.values),
  };
}

function throughRows({ tf, spec, shape }: LayerRun, rows: NormalisedRows, grad: Tensor3D, gain: Tensor1D) {
  const { norm } = spec;
  if (!normalisesRows(norm)) return { inputProduct: grad };
  return tf.tidy(() => {
    const flat = flattenSteps(tf, grad);
    return {
      inputProduct: unflattenSteps(tf, normaliseRowsBackward(tf, norm, rows, tf.mul(flat, gain)), shape.steps),
      inputGains: unflattenSteps(tf, tf.mul(flat, rows.values), shape.steps),
    };
  });
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
