// The flat layout of a built-in model: the names, shapes and gate order of PyTorch's nn.LSTM, nn.RNN and nn.Linear.
import { type Layout, layTensors, type ParameterGroup } from '../tensor/layout.js';
import type { Cell, ModelSpec } from './model-spec.js';

interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
  readonly group: ParameterGroup;
}

/** Blocks of H rows in a cell's fused matrices: i, f, g, o for the LSTM. */
export function numGates(cell: Cell): number {
  return cell === 'lstm' ? 4 : 1;
}

/** Lays out a model's parameters: `rnn.weight_ih_l0 [G*H, in]`, `rnn.weight_hh_l0 [G*H, H]`, two biases, the next layer, the head. */
export function layoutOfModel(spec: ModelSpec): Layout {
  const layers = Array.from({ length: spec.layers }, (_, layer) => tensorsOfLayer(spec, layer));
  const head: NamedShape[] = [
    { name: 'head.weight', shape: [spec.outputSize, spec.hiddenSize], group: 'output' },
    { name: 'head.bias', shape: [spec.outputSize], group: 'bias' },
  ];
  return layTensors([...layers.flat(), ...head]);
}

function tensorsOfLayer(spec: ModelSpec, layer: number): NamedShape[] {
  const rows = numGates(spec.cell) * spec.hiddenSize;
  const inputSize = layer === 0 ? spec.inputSize : spec.hiddenSize;
  return [
    { name: `rnn.weight_ih_l${layer}`, shape: [rows, inputSize], group: 'input' },
    { name: `rnn.weight_hh_l${layer}`, shape: [rows, spec.hiddenSize], group: 'recurrent' },
    { name: `rnn.bias_ih_l${layer}`, shape: [rows], group: 'bias' },
    { name: `rnn.bias_hh_l${layer}`, shape: [rows], group: 'bias' },
  ];
}
