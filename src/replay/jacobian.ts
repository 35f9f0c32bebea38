// How a step of a recurrence moves its state: the Jacobian d(state after)/d(state before), by the cells' definitions in float64.
import type { Cell } from '../params/model-spec.js';
import type { CellStep } from './cells.js';
import type { Matrix } from './vectors.js';

/** A row-major square matrix, [size, size]. */
export interface SquareMatrix {
  readonly size: number;
  readonly values: Float64Array;
}

/** Values of the state that a cell carries: h, for the LSTM h and then c. */
export function stateSize(cell: Cell, hiddenSize: number): number {
  return cell === 'lstm' ? 2 * hiddenSize : hiddenSize;
}

/** Takes the Jacobian of one step at the activations it had: [H, H], for the LSTM [2H, 2H]. */
export function stepJacobian(cell: Cell, recurrent: Matrix, step: CellStep): SquareMatrix {
  if (cell === 'lstm') return lstmJacobian(recurrent, step);
  if (cell === 'gru') return gruJacobian(recurrent, step);
  const { columns: size, values: weights } = recurrent;
  const slope = (hidden: number): number => (cell === 'rnn' ? 1 - hidden * hidden : Number(hidden > 0));
  const values = Float64Array.from(weights, (weight, at) => weight * slope(step.hidden[Math.floor(at / size)]!));
  return { size, values };
}

function lstmJacobian({ columns: hiddenSize, values: weights }: Matrix, { gates, cell, cellBefore }: CellStep) {
  const size = 2 * hiddenSize;
  const values = new Float64Array(size * size);
  const weight = (gate: number, row: number, column: number): number =>
    weights[(gate * hiddenSize + row) * hiddenSize + column]!;
  for (let row = 0; row < hiddenSize; row++) {
    const [input, forget, candidate, output] = unitGates(gates, row, 4) as [number, number, number, number];
    const cellTanh = Math.tanh(cell[row]!);
    const toHidden = output * (1 - cellTanh * cellTanh);
    const slopes = [
      candidate * input * (1 - input),
      cellBefore[row]! * forget * (1 - forget),
      input * (1 - candidate * candidate),
      cellTanh * output * (1 - output),
    ] as const;
    const [hiddenRow, cellRow] = [row * size, (hiddenSize + row) * size];
    for (let column = 0; column < hiddenSize; column++) {
      const ofCell =
        slopes[0] * weight(0, row, column) + slopes[1] * weight(1, row, column) + slopes[2] * weight(2, row, column);
      values[cellRow + column] = ofCell;
      values[hiddenRow + column] = toHidden * ofCell + slopes[3] * weight(3, row, column);
    }
    values[cellRow + hiddenSize + row] = forget;
    values[hiddenRow + hiddenSize + row] = toHidden * forget;
  }
  return { size, values };
}

function gruJacobian({ columns: size, values: weights }: Matrix, { gates, before, candidateHidden }: CellStep) {
  const values = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    const [reset, update, candidate] = unitGates(gates, row, 3) as [number, number, number];
    const toCandidate = (1 - update) * (1 - candidate * candidate);
    const slopes = [
      toCandidate * candidateHidden[row]! * reset * (1 - reset),
      (before[row]! - candidate) * update * (1 - update),
      toCandidate * reset,
    ];
    for (let column = 0; column < size; column++) {
      let sum = 0;
      for (let gate = 0; gate < 3; gate++) sum += slopes[gate]! * weights[(gate * size + row) * size + column]!;
      values[row * size + column] = sum;
    }
    values[row * size + row]! += update;
  }
  return { size, values };
}

function unitGates(gates: Float32Array, unit: number, count: number): number[] {
  const size = gates.length / count;
  return Array.from({ length: count }, (_, gate) => gates[gate * size + unit]!);
}
