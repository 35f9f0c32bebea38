// A saved step computed once more, row by row in plain TypeScript: where it breaks first, and how the gradient travels through time.
import { ConfigError } from '../errors.js';
import { layerSuffix, layoutOfModel } from '../params/layout-of-model.js';
import { layerWidth, needsTfjs, numDirections, type ModelSpec, withoutDraws } from '../params/model-spec.js';
import { drawMask, dropoutKeys, type Draws } from '../random/dropout-mask.js';
import { viewTensor } from '../tensor/layout.js';
import { backwardCell, forwardCell, fullCellGrad, type CellStep, type LayerParams } from './cells.js';
import { runHead } from './head.js';
import { FlowRecord, type Break, type LayerFlow, type Owner } from './flow-record.js';
import type { Matrix } from './vectors.js';

/** A shard as it was saved: the batch is time-major, rows beyond the example ids are padding. */
export interface ReplayShard {
  readonly shard: number;
  readonly exampleIds: readonly number[];
  readonly batch: {
    readonly rows: number;
    readonly lengths: Int32Array;
    readonly inputs: Float32Array | Int32Array;
    readonly targets: Float32Array | Int32Array;
    /** [layers, states, rows, H] in which rows start; absent: zeros. */
    readonly carried?: Float32Array;
    /** What dropout drew; absent: nothing is left out. */
    readonly draws?: Draws;
  };
}

export interface ReplayOptions {
  /** Of targets at every step, count the last one alone: its gradient has nothing added on the way back. */
  readonly lastTargetOnly?: boolean;
  /** Is given each row's activations, layer by layer, in the order of time. */
  readonly onTrace?: (layer: number, direction: number, params: LayerParams, trace: readonly CellStep[]) => void;
}

export interface Replay {
  readonly examples: number;
  /** Mean over the valid targets of the step. */
  readonly loss: number;
  readonly count: number;
  /** The first value that is not finite, in the order of computation; undefined when all are. */
  readonly firstBreak: Break | undefined;
  /** Norms by time step, means over the examples. */
  readonly layers: readonly LayerFlow[];
}

/**
 * Computes losses, activations and their gradients at `params`. Dropout between layers is as it was drawn where the batch says what
 * it depends on; what else training draws or adds is left out.
 * Throws `REPLAY_MODEL` for a model with normalisation or zoneout.
 */
export function replayStep(
  spec: ModelSpec,
  params: Float32Array,
  shards: readonly ReplayShard[],
  options: ReplayOptions = {},
): Replay {
  const model = withoutDraws(spec);
  if (needsTfjs(model)) {
    const message =
      'The model has normalisation or zoneout, which plain arithmetic does not compute inside the recurrence.';
    throw new ConfigError('REPLAY_MODEL', `${message} Train without them to look at its gradients.`);
  }
  const network = { ...readNetwork(model, params), dropout: spec.dropout ?? 0 };
  const record = new FlowRecord();
  record.checkParams(network.tensors);
  let [loss, count] = [0, 0];
  for (const shard of shards) {
    shard.exampleIds.forEach((exampleId, row) => {
      const result = replayRow(network, shard, row, { exampleId, shard: shard.shard }, record, options);
      loss += result.loss;
      count += result.count;
    });
  }
  const examples = shards.reduce((sum, { exampleIds }) => sum + exampleIds.length, 0);
  return { examples, loss: loss / count, count, firstBreak: record.firstBreak, layers: record.layers() };
}

interface Network {
  readonly model: ModelSpec;
  readonly tensors: ReadonlyMap<string, Float32Array>;
  /** [layer][direction] */
  readonly layers: readonly (readonly LayerParams[])[];
  /** Between layers; only where the batch says what was drawn. */
  readonly dropout?: number;
  readonly embedding: Matrix | undefined;
  readonly head: Matrix;
  readonly headBias: Float32Array;
}

function readNetwork(model: ModelSpec, params: Float32Array): Network {
  const layout = layoutOfModel(model);
  const tensors = new Map(layout.tensors.map((tensor) => [tensor.name, viewTensor(params, tensor)]));
  const shapes = new Map(layout.tensors.map(({ name, shape }) => [name, shape]));
  const vector = (name: string): Float32Array => tensors.get(name) ?? new Float32Array(0);
  const matrix = (name: string): Matrix => {
    const [rows = 0, columns = 0] = shapes.get(name) ?? [];
    return { rows, columns, values: vector(name) };
  };
  const layers = Array.from({ length: model.layers }, (_, layer) =>
    Array.from({ length: numDirections(model) }, (__, direction): LayerParams => {
      const suffix = layerSuffix(layer, direction);
      return {
        input: matrix(`rnn.weight_ih${suffix}`),
        recurrent: matrix(`rnn.weight_hh${suffix}`),
        inputBias: vector(`rnn.bias_ih${suffix}`),
        hiddenBias: vector(`rnn.bias_hh${suffix}`),
      };
    }),
  );
  const embedding = model.embeddingSize === undefined ? undefined : matrix('embedding.weight');
  return { model, tensors, layers, embedding, head: matrix('head.weight'), headBias: vector('head.bias') };
}

function replayRow(
  network: Network,
  { batch }: ReplayShard,
  row: number,
  owner: Owner,
  record: FlowRecord,
  { lastTargetOnly = false, onTrace }: ReplayOptions,
) {
  const { model } = network;
  const length = batch.lengths[row] ?? 0;
  const masks = drawMasks(network, batch, row, length);
  const at = (step: number): number => step * batch.rows + row;
  let inputs = Array.from({ length }, (_, step) => inputAt(network, batch.inputs, at(step)));
  inputs.forEach((values, step) => record.check('input', 0, step, values, owner));
  const traces: CellStep[][][] = []; // [layer][direction][time]
  network.layers.forEach((directions, layer) => {
    const start = startOf(model, batch, layer, row);
    const ran = directions.map((params, direction) => runDirection(model, params, inputs, direction === 1, start));
    inputs = inputs.map((_, step) => concatenate(ran.map((trace) => trace[step]!.hidden)));
    inputs.forEach((values, step) => record.forward(layer, step, values, owner));
    inputs = inputs.map((values, step) => dropped(values, masks[layer], step));
    ran.forEach((trace, direction) => onTrace?.(layer, direction, directions[direction]!, trace));
    traces.push(ran);
  });

  const grads = inputs.map(() => new Float32Array(layerWidth(model)));
  const isPerStep = model.targetsPer === 'step';
  let loss = 0;
  let count = 0;
  for (let step = isPerStep && !lastTargetOnly ? 0 : length - 1; step >= 0 && step < length; step++) {
    const hidden = isPerStep ? inputs[step]! : lastState(traces.at(-1)!, length);
    const result = runHead(model, network.head, network.headBias, hidden, batch.targets, isPerStep ? at(step) : row);
    record.check('head', model.layers, step, result.outputs, owner);
    record.check('loss', model.layers, step, [result.loss], owner);
    spreadGradient(grads, result.hiddenGrad, step, model);
    loss += result.loss;
    count += 1;
  }
  backpropagate(network, traces, grads, { owner, record, masks });
  return { loss, count };
}

/** A token's embedding or one-hot vector, or the features as they are. */
function inputAt({ model, embedding }: Network, inputs: Float32Array | Int32Array, place: number): Float32Array {
  if (model.inputs === 'dense') {
    return Float32Array.from(inputs.subarray(place * model.inputSize, (place + 1) * model.inputSize));
  }
  const id = inputs[place] ?? 0;
  if (embedding) return embedding.values.subarray(id * embedding.columns, (id + 1) * embedding.columns);
  const oneHot = new Float32Array(model.inputSize);
  oneHot[id] = 1;
  return oneHot;
}

/** The trace of one direction, in the order of time whichever way it ran. */
function runDirection(
  model: ModelSpec,
  params: LayerParams,
  inputs: readonly Float32Array[],
  isReverse: boolean,
  start: Pick<CellStep, 'hidden' | 'cell'> | undefined,
): CellStep[] {
  const trace: CellStep[] = [];
  let last = start;
  for (const input of isReverse ? inputs.toReversed() : inputs) {
    const step = forwardCell(model.cell, params, input, last);
    trace.push(step);
    last = step;
  }
  return isReverse ? trace.toReversed() : trace;
}

/** The state in which a row of a layer starts, where it is carried. */
function startOf({ cell, hiddenSize }: ModelSpec, { rows, carried }: ReplayShard['batch'], layer: number, row: number) {
  if (!carried) return undefined;
  const numStates = cell === 'lstm' ? 2 : 1;
  const stateAt = (state: number): Float32Array => {
    const first = ((layer * numStates + state) * rows + row) * hiddenSize;
    return carried.subarray(first, first + hiddenSize);
  };
  return { hidden: stateAt(0), cell: numStates === 2 ? stateAt(1) : new Float32Array(hiddenSize) };
}

/** Dropout's factors [steps * width] on the outputs of each layer but the last. */
function drawMasks({ model, dropout = 0 }: Network, batch: ReplayShard['batch'], row: number, length: number) {
  if (dropout === 0 || !batch.draws) return [];
  const keys = dropoutKeys(model.layers - 1, batch);
  return Array.from({ length: model.layers - 1 }, (_, layer) => {
    const mask = new Float32Array(length * layerWidth(model));
    const at = 2 * (layer * batch.rows + row);
    drawMask([keys[at]!, keys[at + 1]!], mask.length, dropout, (i, factor) => (mask[i] = factor));
    return mask;
  });
}

function dropped(values: Float32Array, mask: Float32Array | undefined, step: number): Float32Array {
  return mask ? values.map((value, i) => value * mask[step * values.length + i]!) : values;
}

/** Where each direction ended: forward at the last step, reverse at the first. */
function lastState(directions: readonly CellStep[][], length: number): Float32Array {
  return concatenate(directions.map((trace, direction) => trace[direction === 0 ? length - 1 : 0]!.hidden));
}

/** Puts the head's gradient where its input came from: a step, or the states in which the directions ended. */
function spreadGradient(grads: readonly Float32Array[], grad: Float32Array, step: number, model: ModelSpec): void {
  if (model.targetsPer === 'step') return grads[step]?.set(grad);
  const size = model.hiddenSize;
  grads.at(-1)?.set(grad.subarray(0, size));
  if (model.bidirectional) grads[0]?.set(grad.subarray(size), size);
}

interface BackwardContext {
  readonly owner: Owner;
  readonly record: FlowRecord;
  /** Of dropout, by layer. */
  readonly masks: readonly Float32Array[];
}

function backpropagate(
  network: Network,
  traces: readonly CellStep[][][],
  fromAbove: Float32Array[],
  { owner, record, masks }: BackwardContext,
): void {
  const { model } = network;
  let grads = fromAbove;
  for (let layer = model.layers - 1; layer >= 0; layer--) {
    const below = grads.map(() => new Float64Array(network.layers[layer]![0]!.input.columns));
    network.layers[layer]!.forEach((params, direction) => {
      const own = grads.map((grad) => grad.slice(direction * model.hiddenSize, (direction + 1) * model.hiddenSize));
      backThroughTime(model, params, traces[layer]![direction]!, own, direction === 1, {
        onState: (step, hiddenGrad, cellGrad) =>
          record.backward({ layer, direction, step }, hiddenGrad, cellGrad, owner),
        onInput: (step, inputGrad) => inputGrad.forEach((value, i) => (below[step]![i]! += value)),
      });
    });
    grads = below.map((sum, step) => dropped(Float32Array.from(sum), masks[layer - 1], step));
  }
}

interface TimeVisitor {
  /** dL/dh and dL/dc of a step, from above and from later. */
  onState(step: number, hiddenGrad: Float32Array, cellGrad: Float32Array): void;
  onInput(step: number, grad: Float32Array): void;
}

function backThroughTime(
  model: ModelSpec,
  params: LayerParams,
  trace: readonly CellStep[],
  fromAbove: readonly Float32Array[],
  isReverse: boolean,
  visitor: TimeVisitor,
): void {
  let later = new Float32Array(model.hiddenSize);
  let cellGrad = new Float32Array(model.hiddenSize);
  for (let count = 0; count < trace.length; count++) {
    const step = isReverse ? count : trace.length - 1 - count;
    const grad = fromAbove[step]!.map((value, i) => value + later[i]!);
    const isLstm = model.cell === 'lstm';
    visitor.onState(step, grad, isLstm ? fullCellGrad(trace[step]!, grad, cellGrad) : cellGrad);
    const back = backwardCell(model.cell, params, trace[step]!, grad, cellGrad);
    visitor.onInput(step, back.input);
    later = Float32Array.from(back.before);
    cellGrad = Float32Array.from(back.cellBefore);
  }
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
