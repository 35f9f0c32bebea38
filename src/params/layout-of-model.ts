// The flat layout of a built-in model: the names, shapes and gate order of PyTorch's nn.LSTM, nn.GRU, nn.RNN, nn.Embedding, nn.Linear.
import { type Layout, layTensors, type ParameterGroup } from '../tensor/layout.js';
import {
  layerInputSize,
  layerWidth,
  normalisesInputs,
  numDirections,
  type Cell,
  type ModelSpec,
} from './model-spec.js';

interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
  readonly group: ParameterGroup;
}

const gates = { rnn: 1, relu: 1, lstm: 4, gru: 3 } as const satisfies Record<Cell, number>;

/** Blocks of H rows in a cell's fused matrices: i, f, g, o for the LSTM; r, z, n for the GRU. */
export function numGates(cell: Cell): number {
  return gates[cell];
}

/** What PyTorch appends to `rnn.weight_ih` and its like: `_l0`, `_l0_reverse`, `_l1`, ... */
export function layerSuffix(layer: number, direction: number): string {
  return `_l${layer}${direction === 0 ? '' : '_reverse'}`;
}

/**
 * Lays out a model's parameters: `embedding.weight [vocabulary, E]` if there is one, then for each layer and direction
 * `rnn.weight_ih_l0 [G*H, in]`, `rnn.weight_hh_l0 [G*H, H]` and two biases, then the head.
 */
export function layoutOfModel(spec: ModelSpec): Layout {
  const layers = Array.from({ length: spec.layers }, (_, layer) =>
    Array.from({ length: numDirections(spec) }, (__, direction) => tensorsOfLayer(spec, layer, direction)),
  );
  const head: NamedShape[] = [
    { name: 'head.weight', shape: [spec.outputSize, layerWidth(spec)], group: 'output' },
    { name: 'head.bias', shape: [spec.outputSize], group: 'bias' },
  ];
  return layTensors([...embeddingOf(spec), ...layers.flat(2), ...head]);
}

function embeddingOf({ inputSize, embeddingSize }: ModelSpec): NamedShape[] {
  if (embeddingSize === undefined) return [];
  return [{ name: 'embedding.weight', shape: [inputSize, embeddingSize], group: 'input' }];
}

function tensorsOfLayer(spec: ModelSpec, layer: number, direction: number): NamedShape[] {
  const rows = numGates(spec.cell) * spec.hiddenSize;
  const suffix = layerSuffix(layer, direction);
  return [
    { name: `rnn.weight_ih${suffix}`, shape: [rows, layerInputSize(spec, layer)], group: 'input' },
    { name: `rnn.weight_hh${suffix}`, shape: [rows, spec.hiddenSize], group: 'recurrent' },
    { name: `rnn.bias_ih${suffix}`, shape: [rows], group: 'bias' },
    { name: `rnn.bias_hh${suffix}`, shape: [rows], group: 'bias' },
    ...normsOfLayer(spec, rows, suffix),
  ];
}

/** Gains, one for each value that is normalised; the biases above serve as those of both sums, an LSTM's c has its own. */
function normsOfLayer(spec: ModelSpec, rows: number, suffix: string): NamedShape[] {
  const { norm, cell, hiddenSize, normSteps = 1 } = spec;
  if (norm === undefined) return [];
  const tensor = (name: string, ...shape: number[]): NamedShape => ({ name: name + suffix, shape, group: 'bias' });
  const running = (...shape: number[]): NamedShape[] =>
    ['rnn.running_mean', 'rnn.running_var'].map((name) => tensor(name, ...shape));
  if (normalisesInputs(norm)) return [tensor('rnn.norm_ih', rows), ...running(rows)];
  const sums = [tensor('rnn.norm_ih', rows), tensor('rnn.norm_hh', rows)];
  const ofCell = [tensor('rnn.norm_cell', hiddenSize), tensor('rnn.norm_cell_bias', hiddenSize)];
  const gains = cell === 'lstm' ? [...sums, ...ofCell] : sums;
  if (norm !== 'batch-step') return gains;
  return [...gains, ...running(normSteps, 2 * rows + (cell === 'lstm' ? hiddenSize : 0))];
}
