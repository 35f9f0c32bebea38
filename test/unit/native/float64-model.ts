// The built-in models in float64, one row and one number at a time, as their definition reads: the oracle of the fuzz.
import type { ShardBatch } from '../../../src/data/shard-batch.js';
import { layerSuffix, layoutOfModel, numGates } from '../../../src/params/layout-of-model.js';
import { layerWidth, type ModelSpec, numDirections } from '../../../src/params/model-spec.js';
import { drawMask, dropoutKeys } from '../../../src/random/dropout-mask.js';

type Matrix = { readonly rows: number; readonly columns: number; readonly values: Float64Array };

interface Cell {
  readonly input: Float64Array;
  readonly before: Float64Array;
  readonly cellBefore: Float64Array;
  readonly gates: Float64Array; // activations; of a GRU r | z | n | W h + b_hh of n
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
  const layers = Array.from({ length: spec.layers }, (_, layer) =>
    Array.from({ length: numDirections(spec) }, (__, direction) => {
      const suffix = layerSuffix(layer, direction);
      return {
        input: read(params, `rnn.weight_ih${suffix}`),
        hidden: read(params, `rnn.weight_hh${suffix}`),
        inputBias: read(params, `rnn.bias_ih${suffix}`).values,
        hiddenBias: read(params, `rnn.bias_hh${suffix}`).values,
        inputGrad: gradOf(`rnn.weight_ih${suffix}`),
        hiddenGrad: gradOf(`rnn.weight_hh${suffix}`),
        inputBiasGrad: gradOf(`rnn.bias_ih${suffix}`).values,
        hiddenBiasGrad: gradOf(`rnn.bias_hh${suffix}`).values,
      };
    }),
  );
  const embedding = spec.embeddingSize ? read(params, 'embedding.weight') : undefined;
  const head = read(params, 'head.weight');
  const headBias = read(params, 'head.bias').values;
  const keys = spec.dropout && spec.layers > 1 ? dropoutKeys(spec.layers - 1, shard) : undefined;
  let [loss, count, correct] = [0, 0, 0];

  shard.lengths.forEach((length, row) => {
    const masks = keys ? layers.slice(1).map((_, layer) => maskOf(spec, keys, layer, shard, row)) : [];
    const trace: Cell[][][] = []; // [layer][direction][step in its order]
    let inputs = Array.from({ length }, (_, step) => inputAt(spec, embedding, shard, step, row));
    layers.forEach((directions, layer) => {
      const ran = directions.map((weights, direction) => {
        const cells: Cell[] = [];
        for (const input of direction === 0 ? inputs : inputs.toReversed())
          cells.push(forwardCell(spec, weights, input, cells.at(-1)));
        return cells;
      });
      trace.push(ran);
      inputs = inputs.map((_, step) => {
        const joined = concat(ran.map((cells, d) => cells[d === 0 ? step : length - 1 - step]!.output));
        return masks[layer] ? times(joined, masks[layer][step]!) : joined;
      });
    });
    let fromAbove: Float64Array[] = inputs.map(() => new Float64Array(layerWidth(spec))); // in the order of time
    const last = concat(trace.at(-1)!.flatMap((cells) => (length > 0 ? [cells.at(-1)!.output] : [])));
    let lastGrad: Float64Array = new Float64Array(layerWidth(spec));
    for (let step = spec.targetsPer === 'step' ? 0 : length - 1; step >= 0 && step < length; step++) {
      const states = spec.targetsPer === 'step' ? inputs[step]! : last;
      const target = spec.targetsPer === 'step' ? step * shard.rows + row : row;
      const result = lossOf(spec, add(multiply(head, states), headBias), shard, target);
      loss += result.loss;
      correct += result.correct;
      count += 1;
      addOuter(gradOf('head.weight'), result.grad, states);
      addTo(gradOf('head.bias').values, result.grad);
      const grad = multiplyTransposed(head, result.grad);
      if (spec.targetsPer === 'step') fromAbove[step] = grad;
      else lastGrad = grad;
    }
    for (let index = layers.length - 1; index >= 0; index--) {
      if (masks[index]) fromAbove = fromAbove.map((grad, step) => times(grad, masks[index]![step]!));
      const below = inputs.map(() => new Float64Array(layers[index]![0]!.input.columns));
      layers[index]!.forEach((layer, direction) => {
        const part = (values: Float64Array) =>
          values.subarray(direction * spec.hiddenSize, (direction + 1) * spec.hiddenSize);
        let hiddenGrad: Float64Array = part(lastGrad).slice();
        let cellGrad: Float64Array = new Float64Array(spec.hiddenSize);
        for (let step = length - 1; step >= 0; step--) {
          const time = direction === 0 ? step : length - 1 - step;
          const cell = trace[index]![direction]![step]!;
          const back = backwardCell(spec, cell, add(part(fromAbove[time]!), hiddenGrad), cellGrad);
          addOuter(layer.inputGrad, back.sums, cell.input);
          addOuter(layer.hiddenGrad, back.hiddenSums, cell.before);
          addTo(layer.inputBiasGrad, back.sums);
          addTo(layer.hiddenBiasGrad, back.hiddenSums);
          addTo(below[time]!, multiplyTransposed(layer.input, back.sums));
          hiddenGrad = add(multiplyTransposed(layer.hidden, back.hiddenSums), back.direct);
          cellGrad = back.cellGrad;
        }
      });
      lastGrad = new Float64Array(layerWidth(spec));
      fromAbove = below;
    }
    if (!embedding) return;
    fromAbove.forEach((grad, step) => {
      const { values, columns } = gradOf('embedding.weight');
      const id = shard.inputs[step * shard.rows + row]!;
      addTo(values.subarray(id * columns, (id + 1) * columns), grad);
    });
  });
  return { loss, count, correct, grads };
}

/** [step][unit] */
function maskOf(spec: ModelSpec, keys: Uint32Array, layer: number, shard: ShardBatch, row: number): Float64Array[] {
  const at = 2 * (layer * shard.rows + row);
  const width = layerWidth(spec);
  const mask = Array.from({ length: shard.lengths[row]! }, () => new Float64Array(width));
  drawMask([keys[at]!, keys[at + 1]!], mask.length * width, spec.dropout!, (i, factor) => {
    mask[Math.floor(i / width)]![i % width] = factor;
  });
  return mask;
}

function inputAt(
  spec: ModelSpec,
  embedding: Matrix | undefined,
  shard: ShardBatch,
  step: number,
  row: number,
): Float64Array {
  const place = step * shard.rows + row;
  if (spec.inputs === 'dense') {
    return Float64Array.from(shard.inputs.subarray(place * spec.inputSize, (place + 1) * spec.inputSize));
  }
  const id = shard.inputs[place]!;
  if (embedding) return embedding.values.slice(id * embedding.columns, (id + 1) * embedding.columns);
  const oneHot = new Float64Array(spec.inputSize);
  oneHot[id] = 1;
  return oneHot;
}

function forwardCell(
  spec: ModelSpec,
  layer: { input: Matrix; hidden: Matrix; inputBias: Float64Array; hiddenBias: Float64Array },
  input: Float64Array,
  previous: Cell | undefined,
): Cell {
  const { hiddenSize: size } = spec;
  const before = previous?.output ?? new Float64Array(size);
  const cellBefore = previous?.cell ?? new Float64Array(size);
  const [ofInput, ofHidden] = [
    add(multiply(layer.input, input), layer.inputBias),
    add(multiply(layer.hidden, before), layer.hiddenBias),
  ];
  const sums = add(ofInput, ofHidden);
  if (spec.cell === 'gru') {
    const resetUpdate = sums.subarray(0, 2 * size).map(logistic);
    const hiddenSum = ofHidden.slice(2 * size);
    const candidate = hiddenSum.map((sum, i) => Math.tanh(ofInput[2 * size + i]! + resetUpdate[i]! * sum));
    const output = candidate.map((n, i) => n + resetUpdate[size + i]! * (before[i]! - n));
    return { input, before, cellBefore, gates: concat([resetUpdate, candidate, hiddenSum]), cell: cellBefore, output };
  }
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
  const direct = new Float64Array(size); // what reaches h_{t-1} beside the product
  if (spec.cell === 'rnn') {
    const slopes = grad.map((g, i) => g * (1 - cell.output[i]! ** 2));
    return { sums: slopes, hiddenSums: slopes, cellGrad: cellGradAfter, direct };
  }
  if (spec.cell === 'gru') {
    const hiddenSums = new Float64Array(3 * size);
    for (let i = 0; i < size; i++) {
      const [r, z, n, hiddenSum] = [0, 1, 2, 3].map((gate) => cell.gates[gate * size + i]!) as [
        number,
        number,
        number,
        number,
      ];
      const dCandidate = grad[i]! * (1 - z) * (1 - n * n);
      sums[i] = hiddenSums[i] = dCandidate * hiddenSum * r * (1 - r);
      sums[size + i] = hiddenSums[size + i] = grad[i]! * (cell.before[i]! - n) * z * (1 - z);
      sums[2 * size + i] = dCandidate;
      hiddenSums[2 * size + i] = dCandidate * r;
      direct[i] = grad[i]! * z;
    }
    return { sums, hiddenSums, cellGrad: cellGradAfter, direct };
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
  return { sums, hiddenSums: sums, cellGrad, direct };
}

function lossOf(spec: ModelSpec, outputs: Float64Array, shard: ShardBatch, target: number) {
  if (spec.loss === 'squared-error') {
    const start = target * spec.outputSize;
    const difference = outputs.map((output, i) => output - shard.targets[start + i]!);
    return { loss: difference.reduce((sum, d) => sum + d * d, 0), correct: 0, grad: difference.map((d) => 2 * d) };
  }
  if (spec.loss === 'binary') {
    const values = shard.targets.subarray(target * spec.outputSize, (target + 1) * spec.outputSize);
    const losses = outputs.map((x, i) => Math.max(x, 0) - values[i]! * x + Math.log1p(Math.exp(-Math.abs(x))));
    return {
      loss: losses.reduce((a, b) => a + b, 0),
      correct: 0,
      grad: outputs.map((x, i) => logistic(x) - values[i]!),
    };
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
  const result = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns; i++) result[row]! += values[row * columns + i]! * vector[i]!;
  }
  return result;
}

function multiplyTransposed({ rows, columns, values }: Matrix, vector: Float64Array) {
  const result = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns; i++) result[i]! += values[row * columns + i]! * vector[row]!;
  }
  return result;
}

function addOuter({ columns, values }: Matrix, left: Float64Array, right: Float64Array): void {
  for (let row = 0; row < left.length; row++) {
    for (let i = 0; i < columns; i++) values[row * columns + i]! += left[row]! * right[i]!;
  }
}

function addTo(target: Float64Array, other: Float64Array): void {
  other.forEach((value, i) => (target[i]! += value));
}

function add(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value + b[i]!);
}

function concat(parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => [...part]));
}

function times(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value * b[i]!);
}
