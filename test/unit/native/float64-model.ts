// The built-in models in float64, one row and one number at a time, as their definition reads: the oracle of the fuzz.
import type { ShardBatch } from '../../../src/data/shard-batch.js';
import { layoutOfModel, numGates } from '../../../src/params/layout-of-model.js';
import type { ModelSpec } from '../../../src/params/model-spec.js';

type Matrix = { readonly rows: number; readonly columns: number; readonly values: Float64Array };

interface Cell {
  readonly input: Float64Array;
  readonly before: Float64Array;
  readonly cellBefore: Float64Array;
  readonly gates: Float64Array; // activations
  readonly cell: Float64Array;
  readonly output: Float64Array;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** Computes a shard's summed loss and its gradient, flat, in float64. */
export function float64Gradient(spec: ModelSpec, params: Float32Array, shard: ShardBatch) {
  const { tensors, size } = layoutOfModel(spec);
  const at = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const read = (source: Float32Array | Float64Array, name: string): Matrix => {
    const { offset, size: length, shape } = at.get(name)!;
    const values = Float64Array.from(source.subarray(offset, offset + length));
    return { rows: shape[0]!, columns: shape[1] ?? 1, values };
  };
  const grads = new Float64Array(size);
  const gradOf = (name: string): Matrix => {
    const { offset, size: length, shape } = at.get(name)!;
    return { rows: shape[0]!, columns: shape[1] ?? 1, values: grads.subarray(offset, offset + length) };
  };
  const layers = Array.from({ length: spec.layers }, (_, layer) => ({
    input: read(params, `rnn.weight_ih_l${layer}`),
    hidden: read(params, `rnn.weight_hh_l${layer}`),
    bias: add(read(params, `rnn.bias_ih_l${layer}`).values, read(params, `rnn.bias_hh_l${layer}`).values),
    inputGrad: gradOf(`rnn.weight_ih_l${layer}`),
    hiddenGrad: gradOf(`rnn.weight_hh_l${layer}`),
    biasGrads: [gradOf(`rnn.bias_ih_l${layer}`), gradOf(`rnn.bias_hh_l${layer}`)],
  }));
  const head = read(params, 'head.weight');
  const headBias = read(params, 'head.bias').values;
  let [loss, count, correct] = [0, 0, 0];

  shard.lengths.forEach((length, row) => {
    const trace: Cell[][] = []; // [layer][step]
    let inputs = Array.from({ length }, (_, step) => inputAt(spec, shard, step, row));
    for (const layer of layers) {
      const cells: Cell[] = [];
      for (const input of inputs) cells.push(forwardCell(spec, layer, input, cells.at(-1)));
      trace.push(cells);
      inputs = cells.map(({ output }) => output);
    }
    let fromAbove: Float64Array[] = inputs.map(() => new Float64Array(spec.hiddenSize));
    for (let step = spec.targetsPer === 'step' ? 0 : length - 1; step >= 0 && step < length; step++) {
      const target = spec.targetsPer === 'step' ? step * shard.rows + row : row;
      const outputs = add(multiply(head, inputs[step]!), headBias);
      const result = lossOf(spec, outputs, shard, target);
      loss += result.loss;
      correct += result.correct;
      count += 1;
      addOuter(gradOf('head.weight'), result.grad, inputs[step]!);
      addTo(gradOf('head.bias').values, result.grad);
      fromAbove[step] = multiplyTransposed(head, result.grad);
    }
    for (let index = layers.length - 1; index >= 0; index--) {
      const layer = layers[index]!;
      const below: Float64Array[] = [];
      let hiddenGrad: Float64Array = new Float64Array(spec.hiddenSize);
      let cellGrad: Float64Array = new Float64Array(spec.hiddenSize);
      for (let step = length - 1; step >= 0; step--) {
        const cell = trace[index]![step]!;
        const back = backwardCell(spec, cell, add(fromAbove[step]!, hiddenGrad), cellGrad);
        addOuter(layer.inputGrad, back.sums, cell.input);
        addOuter(layer.hiddenGrad, back.sums, cell.before);
        for (const bias of layer.biasGrads) addTo(bias.values, back.sums);
        below[step] = multiplyTransposed(layer.input, back.sums);
        hiddenGrad = multiplyTransposed(layer.hidden, back.sums);
        cellGrad = back.cellGrad;
      }
      fromAbove = below;
    }
  });
  return { loss, count, correct, grads };
}

function inputAt(spec: ModelSpec, shard: ShardBatch, step: number, row: number): Float64Array {
  const place = step * shard.rows + row;
  if (spec.inputs === 'dense') {
    return Float64Array.from(shard.inputs.subarray(place * spec.inputSize, (place + 1) * spec.inputSize));
  }
  const oneHot = new Float64Array(spec.inputSize);
  oneHot[shard.inputs[place]!] = 1;
  return oneHot;
}

function forwardCell(
  spec: ModelSpec,
  layer: { input: Matrix; hidden: Matrix; bias: Float64Array },
  input: Float64Array,
  previous: Cell | undefined,
): Cell {
  const { hiddenSize: size } = spec;
  const before = previous?.output ?? new Float64Array(size);
  const cellBefore = previous?.cell ?? new Float64Array(size);
  const sums = add(add(multiply(layer.input, input), multiply(layer.hidden, before)), layer.bias);
  if (spec.cell === 'rnn') {
    const output = sums.map(Math.tanh);
    return { input, before, cellBefore, gates: sums, cell: cellBefore, output };
  }
  const gates = sums.map((sum, i) => (Math.floor(i / size) === 2 ? Math.tanh(sum) : logistic(sum)));
  const cell = cellBefore.map((value, i) => gates[size + i]! * value + gates[i]! * gates[2 * size + i]!);
  return { input, before, cellBefore, gates, cell, output: cell.map((c, i) => gates[3 * size + i]! * Math.tanh(c)) };
}

function backwardCell(spec: ModelSpec, cell: Cell, grad: Float64Array, cellGradAfter: Float64Array) {
  const { hiddenSize: size } = spec;
  const sums = new Float64Array(numGates(spec.cell) * size);
  if (spec.cell === 'rnn') {
    return { sums: grad.map((g, i) => g * (1 - cell.output[i]! ** 2)), cellGrad: cellGradAfter };
  }
  const cellGrad = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const [input, forget, candidate, output] = [0, 1, 2, 3].map((gate) => cell.gates[gate * size + i]!) as [
      number,
      number,
      number,
      number,
    ];
    const cellTanh = Math.tanh(cell.cell[i]!);
    const dCell = cellGradAfter[i]! + grad[i]! * output * (1 - cellTanh ** 2);
    sums[i] = dCell * candidate * input * (1 - input);
    sums[size + i] = dCell * cell.cellBefore[i]! * forget * (1 - forget);
    sums[2 * size + i] = dCell * input * (1 - candidate ** 2);
    sums[3 * size + i] = grad[i]! * cellTanh * output * (1 - output);
    cellGrad[i] = dCell * forget;
  }
  return { sums, cellGrad };
}

function lossOf(spec: ModelSpec, outputs: Float64Array, shard: ShardBatch, target: number) {
  if (spec.loss === 'squared-error') {
    const start = target * spec.outputSize;
    const difference = outputs.map((output, i) => output - shard.targets[start + i]!);
    return { loss: difference.reduce((sum, d) => sum + d * d, 0), correct: 0, grad: difference.map((d) => 2 * d) };
  }
  const wanted = shard.targets[target]!;
  const largest = Math.max(...outputs);
  const exponentials = outputs.map((output) => Math.exp(output - largest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return {
    loss: Math.log(total) + largest - outputs[wanted]!,
    correct: Number(outputs.indexOf(largest) === wanted),
    grad: exponentials.map((value, i) => value / total - Number(i === wanted)),
  };
}

function multiply({ rows, columns, values }: Matrix, vector: Float64Array) {
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < columns; i++) sum += values[row * columns + i]! * vector[i]!;
    return sum;
  });
}

function multiplyTransposed({ rows, columns, values }: Matrix, vector: Float64Array) {
  const result = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns; i++) result[i]! += values[row * columns + i]! * vector[row]!;
  }
  return result;
}

function addOuter({ columns, values }: Matrix, left: Float64Array, right: Float64Array): void {
  left.forEach((value, row) => right.forEach((other, i) => (values[row * columns + i]! += value * other)));
}

function addTo(target: Float64Array, other: Float64Array): void {
  other.forEach((value, i) => (target[i]! += value));
}

function add(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value + b[i]!);
}
