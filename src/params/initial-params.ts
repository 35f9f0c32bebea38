// The first weights of a built-in model, as a pure function of (spec, options, seed).
import { type Layout, type TensorSpec, viewTensor } from '../tensor/layout.js';
import { type RandomStream, randomStream } from '../random/random-stream.js';
import { layoutOfModel } from './layout-of-model.js';
import type { ModelSpec } from './model-spec.js';
import { orthonormalMatrix } from './orthonormal-matrix.js';

export type InitializerName =
  'glorot-uniform' | 'glorot-normal' | 'he-uniform' | 'he-normal' | 'orthogonal' | 'zeros' | 'pytorch';

/** `input` also makes the head's weights. */
export interface InitializerOptions {
  readonly input: InitializerName;
  readonly recurrent: InitializerName;
  /** LSTM only: the forget block of `bias_ih`; not applied when `input` is `pytorch`. */
  readonly forgetBias: number;
}

/**
 * Makes a model's first parameters, flat, in the order of `layoutOfModel`.
 * Each tensor draws from its own stream (seed, tensor name): adding a tensor moves no other. Formulas in docs/numerics.md.
 */
export function initialParams(spec: ModelSpec, options: InitializerOptions, seed: number): Float32Array {
  const layout: Layout = layoutOfModel(spec);
  const params = new Float32Array(layout.size);
  for (const tensor of layout.tensors) {
    const random = randomStream(seed, `initial-params/${tensor.name}`);
    fillTensor(viewTensor(params, tensor), tensor, { spec, options, random });
  }
  return params;
}

interface FillContext {
  readonly spec: ModelSpec;
  readonly options: InitializerOptions;
  readonly random: RandomStream;
}

function fillTensor(values: Float32Array, tensor: TensorSpec, { spec, options, random }: FillContext): void {
  if (tensor.group === 'bias') return fillBias(values, tensor, { spec, options, random });
  const name = tensor.group === 'recurrent' ? options.recurrent : options.input;
  // PyTorch draws an embedding as nn.Embedding does, not by the layer that reads it.
  if (tensor.name === 'embedding.weight' && name === 'pytorch') return fillNormal(values, 1, random);
  fillMatrix(values, tensor, name, spec.hiddenSize, random);
}

function fillBias(values: Float32Array, tensor: TensorSpec, { spec, options, random }: FillContext): void {
  if (options.input === 'pytorch') return fillUniform(values, 1 / Math.sqrt(spec.hiddenSize), random);
  // PyTorch adds two biases: one holds the forget bias, the other stays 0. Gate order i f g o.
  if (spec.cell === 'lstm' && tensor.name.startsWith('rnn.bias_ih_')) {
    values.fill(options.forgetBias, spec.hiddenSize, 2 * spec.hiddenSize);
  }
}

/** As in Keras: of the whole fused matrix, so fan out is 4H for an LSTM's gates. An embedding takes one-hot vectors. */
function fansOf({ name, shape: [rows = 0, columns = 0] }: TensorSpec): { fanOut: number; fanIn: number } {
  return name === 'embedding.weight' ? { fanOut: columns, fanIn: rows } : { fanOut: rows, fanIn: columns };
}

function fillMatrix(
  values: Float32Array,
  tensor: TensorSpec,
  name: InitializerName,
  hiddenSize: number,
  random: RandomStream,
): void {
  const { fanOut, fanIn } = fansOf(tensor);
  const [rows = 0, columns = 0] = tensor.shape;
  switch (name) {
    case 'glorot-uniform':
      return fillUniform(values, Math.sqrt(6 / (fanIn + fanOut)), random);
    case 'glorot-normal':
      return fillNormal(values, Math.sqrt(2 / (fanIn + fanOut)), random);
    case 'he-uniform':
      return fillUniform(values, Math.sqrt(6 / fanIn), random);
    case 'he-normal':
      return fillNormal(values, Math.sqrt(2 / fanIn), random);
    case 'orthogonal':
      return values.set(orthonormalMatrix(rows, columns, () => random.normal()));
    case 'zeros':
      return;
    case 'pytorch':
      return fillUniform(values, 1 / Math.sqrt(hiddenSize), random);
  }
}

function fillUniform(values: Float32Array, limit: number, random: RandomStream): void {
  for (let i = 0; i < values.length; i++) values[i] = limit * (2 * random.uniform() - 1);
}

// Not truncated, as in PyTorch; Keras cuts at two standard deviations.
function fillNormal(values: Float32Array, deviation: number, random: RandomStream): void {
  for (let i = 0; i < values.length; i++) values[i] = deviation * random.normal();
}
