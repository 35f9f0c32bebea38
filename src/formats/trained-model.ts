// A model with its weights, tensor by tensor, and the few ways in which other programs lay them out.
import { numDirections, type ModelSpec } from '../params/model-spec.js';
import { layerSuffix, layoutOfModel } from '../params/layout-of-model.js';
import { viewTensor } from '../tensor/layout.js';

export interface TrainedModel {
  readonly spec: ModelSpec;
  readonly params: Float32Array;
}

/** A file of an exported model; text is UTF-8. */
export interface ExportedFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** A tensor in row-major order. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The weights of one direction of a layer, PyTorch's way: G blocks of H rows. */
export interface RunWeights {
  readonly inputWeight: Tensor; // [G*H, in]
  readonly hiddenWeight: Tensor; // [G*H, H]
  readonly inputBias: Tensor; // [G*H]
  readonly hiddenBias: Tensor; // [G*H]
}

/** A model's weights in the order of its layers. */
export interface ModelWeights {
  readonly embedding: Tensor | undefined; // [vocabulary, E]
  /** [layer][direction] */
  readonly layers: readonly (readonly RunWeights[])[];
  readonly headWeight: Tensor; // [out, D*H]
  readonly headBias: Tensor; // [out]
}

/** Cuts a model's flat vector into its tensors, without a copy. */
export function weightsOf({ spec, params }: TrainedModel): ModelWeights {
  const { tensors } = layoutOfModel(spec);
  const find = (name: string): Tensor | undefined => {
    const tensor = tensors.find((candidate) => candidate.name === name);
    return tensor && { shape: tensor.shape, values: viewTensor(params, tensor) };
  };
  const layers = Array.from({ length: spec.layers }, (_, layer) =>
    Array.from({ length: numDirections(spec) }, (__, direction) => {
      const suffix = layerSuffix(layer, direction);
      return {
        inputWeight: find(`rnn.weight_ih${suffix}`)!,
        hiddenWeight: find(`rnn.weight_hh${suffix}`)!,
        inputBias: find(`rnn.bias_ih${suffix}`)!,
        hiddenBias: find(`rnn.bias_hh${suffix}`)!,
      };
    }),
  );
  return {
    embedding: find('embedding.weight'),
    layers,
    headWeight: find('head.weight')!,
    headBias: find('head.bias')!,
  };
}

/** [rows, columns] to [columns, rows]. */
export function transpose({ shape: [rows = 0, columns = 0], values }: Tensor): Tensor {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) turned[column * rows + row] = values[row * columns + column]!;
  }
  return { shape: [columns, rows], values: turned };
}

/** Puts a tensor's blocks of rows, one a gate, in the order given: `order[i]` is the block that comes i-th. */
export function reorderGates({ shape, values }: Tensor, order: readonly number[]): Tensor {
  const size = values.length / order.length;
  const reordered = new Float32Array(values.length);
  order.forEach((from, to) => reordered.set(values.subarray(from * size, (from + 1) * size), to * size));
  return { shape, values: reordered };
}

/** Tensors of one shape one after the other, along a new first axis. */
export function stack(tensors: readonly Tensor[]): Tensor {
  const size = tensors[0]?.values.length ?? 0;
  const values = new Float32Array(size * tensors.length);
  tensors.forEach((tensor, i) => values.set(tensor.values, i * size));
  return { shape: [tensors.length, ...(tensors[0]?.shape ?? [])], values };
}

/** The sum of two tensors of one shape. */
export function sum(a: Tensor, b: Tensor): Tensor {
  return { shape: a.shape, values: a.values.map((value, i) => value + b.values[i]!) };
}

/** What maps an id to its one-hot vector [size, size]. */
export function identity(size: number): Tensor {
  const values = new Float32Array(size * size);
  for (let i = 0; i < size; i++) values[i * size + i] = 1;
  return { shape: [size, size], values };
}
