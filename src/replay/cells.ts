// One row through one direction of one recurrent layer, and back: every cell as its definition in docs/numerics.md reads.
import type { Cell } from '../params/model-spec.js';
import { addProduct, addTransposedProduct, logistic, type Matrix } from './vectors.js';

export interface LayerParams {
  readonly input: Matrix; // [G*H, in]
  readonly recurrent: Matrix; // [G*H, H]
  readonly inputBias: Float32Array;
  readonly hiddenBias: Float32Array;
}

/** One time step of one row. */
export interface CellStep {
  readonly before: Float32Array;
  readonly cellBefore: Float32Array;
  /** Activations of the gates [G*H]. */
  readonly gates: Float32Array;
  /** GRU: the recurrent part of the candidate, which the reset gate multiplies [H]. */
  readonly candidateHidden: Float32Array;
  readonly cell: Float32Array;
  readonly hidden: Float32Array;
}

/** Gradients of one step: of the layer's input, and of the state before it. */
export interface CellGradients {
  readonly input: Float32Array;
  readonly before: Float32Array;
  readonly cellBefore: Float32Array;
}

export function forwardCell(
  cell: Cell,
  params: LayerParams,
  input: ArrayLike<number>,
  last: Pick<CellStep, 'hidden' | 'cell'> | undefined,
): CellStep {
  const size = params.recurrent.columns;
  const before = last?.hidden ?? new Float32Array(size);
  const cellBefore = last?.cell ?? new Float32Array(size);
  const fromInput = Float64Array.from(params.inputBias);
  addProduct(fromInput, params.input, input);
  const fromHidden = Float64Array.from(params.hiddenBias);
  addProduct(fromHidden, params.recurrent, before);
  const sums = Float32Array.from(fromInput, (value, i) => value + fromHidden[i]!);
  const candidateHidden = Float32Array.from(fromHidden.subarray(2 * size));
  const step = { before, cellBefore, candidateHidden };
  const unit = (compute: (i: number) => number): Float32Array =>
    Float32Array.from({ length: size }, (_, i) => compute(i));
  switch (cell) {
    case 'rnn':
      return { ...step, gates: sums, cell: cellBefore, hidden: sums.map(Math.tanh) };
    case 'relu':
      return { ...step, gates: sums, cell: cellBefore, hidden: sums.map((sum) => (sum < 0 ? 0 : sum)) };
    case 'lstm': {
      const gates = sums.map((sum, i) => (Math.floor(i / size) === 2 ? Math.tanh(sum) : logistic(sum))); // i f g o
      const state = unit((i) => gates[size + i]! * cellBefore[i]! + gates[i]! * gates[2 * size + i]!);
      return { ...step, gates, cell: state, hidden: unit((i) => gates[3 * size + i]! * Math.tanh(state[i]!)) };
    }
    case 'gru': {
      const gates = sums.map(logistic); // r z n
      for (let i = 0; i < size; i++) {
        gates[2 * size + i] = Math.tanh(fromInput[2 * size + i]! + gates[i]! * candidateHidden[i]!);
      }
      const hidden = unit((i) => (1 - gates[size + i]!) * gates[2 * size + i]! + gates[size + i]! * before[i]!);
      return { ...step, gates, cell: cellBefore, hidden };
    }
  }
}

/** dL/dc_t of an LSTM: what later steps send back, and what goes through h_t. */
export function fullCellGrad(
  { gates, cell }: CellStep,
  hiddenGrad: Float32Array,
  cellGrad: Float32Array,
): Float32Array {
  const size = hiddenGrad.length;
  return cellGrad.map((later, i) => {
    const cellTanh = Math.tanh(cell[i]!);
    return later + hiddenGrad[i]! * gates[3 * size + i]! * (1 - cellTanh * cellTanh);
  });
}

/** `hiddenGrad` and `cellGrad` are what reaches the state after the step, from above and from later. */
export function backwardCell(
  cell: Cell,
  params: LayerParams,
  step: CellStep,
  hiddenGrad: Float32Array,
  cellGrad: Float32Array,
): CellGradients {
  const size = params.recurrent.columns;
  const { inputSums, hiddenSums, before, cellBefore } = differentiate(cell, step, hiddenGrad, cellGrad);
  const input = new Float64Array(params.input.columns);
  addTransposedProduct(input, params.input, inputSums);
  const through = Float64Array.from(before ?? new Float64Array(size));
  addTransposedProduct(through, params.recurrent, hiddenSums);
  return { input: Float32Array.from(input), before: Float32Array.from(through), cellBefore: cellBefore ?? cellGrad };
}

/** Gradients at the pre-activations, from the input's side and from the state's, and what reaches the state beside them. */
interface Differentiated {
  readonly inputSums: Float32Array;
  readonly hiddenSums: Float32Array;
  readonly before?: Float32Array;
  readonly cellBefore?: Float32Array;
}

function differentiate(cell: Cell, step: CellStep, hiddenGrad: Float32Array, cellGrad: Float32Array): Differentiated {
  if (cell === 'lstm') return differentiateLstm(step, hiddenGrad, cellGrad);
  if (cell === 'gru') return differentiateGru(step, hiddenGrad);
  const slope = (hidden: number): number => (cell === 'rnn' ? 1 - hidden * hidden : Number(hidden > 0));
  const sums = hiddenGrad.map((grad, i) => grad * slope(step.hidden[i]!));
  return { inputSums: sums, hiddenSums: sums };
}

function differentiateLstm({ gates, cell, cellBefore }: CellStep, hiddenGrad: Float32Array, cellGrad: Float32Array) {
  const size = hiddenGrad.length;
  const sums = new Float32Array(4 * size);
  const cellGradBefore = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const [input, forget, candidate, output] = [0, 1, 2, 3].map((gate) => gates[gate * size + i]!) as [
      number,
      number,
      number,
      number,
    ];
    const cellTanh = Math.tanh(cell[i]!);
    const grad = cellGrad[i]! + hiddenGrad[i]! * output * (1 - cellTanh * cellTanh);
    sums[i] = grad * candidate * input * (1 - input);
    sums[size + i] = grad * cellBefore[i]! * forget * (1 - forget);
    sums[2 * size + i] = grad * input * (1 - candidate * candidate);
    sums[3 * size + i] = hiddenGrad[i]! * cellTanh * output * (1 - output);
    cellGradBefore[i] = grad * forget;
  }
  return { inputSums: sums, hiddenSums: sums, cellBefore: cellGradBefore };
}

function differentiateGru({ gates, before, candidateHidden }: CellStep, hiddenGrad: Float32Array) {
  const size = hiddenGrad.length;
  const inputSums = new Float32Array(3 * size);
  const beforeGrad = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const [reset, update, candidate] = [0, 1, 2].map((gate) => gates[gate * size + i]!) as [number, number, number];
    const candidateGrad = hiddenGrad[i]! * (1 - update) * (1 - candidate * candidate);
    inputSums[i] = candidateGrad * candidateHidden[i]! * reset * (1 - reset);
    inputSums[size + i] = hiddenGrad[i]! * (before[i]! - candidate) * update * (1 - update);
    inputSums[2 * size + i] = candidateGrad;
    beforeGrad[i] = hiddenGrad[i]! * update;
  }
  const hiddenSums = inputSums.map((value, i) => (i < 2 * size ? value : value * gates[i - 2 * size]!));
  return { inputSums, hiddenSums, before: beforeGrad };
}
