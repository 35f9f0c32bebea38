// The first weights of a built-in model, as a pure function of (spec, options, seed).
import { type Layout, type TensorSpec, viewTensor } from '../tensor/layout.js';
import { log } from '../random/elementary.js';
import { type RandomStream, randomStream } from '../random/random-stream.js';
import { fillMatrix, fillNormal, fillUniform, type Initializer, type Matrix } from './initializer.js';
import { layoutOfModel, numGates } from './layout-of-model.js';
import type { ModelSpec } from './model-spec.js';

export type { Initializer, InitializerName } from './initializer.js';

export interface InitializerOptions {
  /** Input matrices and embeddings. */
  readonly input: Initializer;
  readonly recurrent: Initializer;
  /** The head. */
  readonly output: Initializer;
  /** LSTM only: the forget block of `bias_ih`; not applied when `input` is `pytorch`, or with `chronoSteps`. */
  readonly forgetBias: number;
  /** LSTM and GRU: the longest dependency, in steps, that the gates shall keep from the start (Tallec and Ollivier 2018). */
  readonly chronoSteps?: number;
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

function fillTensor(values: Float32Array, tensor: TensorSpec, context: FillContext): void {
  const { spec, options, random } = context;
  if (/^rnn\.(norm|running)_/.test(tensor.name)) {
    values.fill(normValue(spec, tensor.name));
    return;
  }
  if (tensor.group === 'bias') return fillBias(values, tensor, context);
  const initializer = options[tensor.group];
  // PyTorch draws an embedding as nn.Embedding does, not by the layer that reads it.
  if (tensor.name === 'embedding.weight' && initializer === 'pytorch') return fillNormal(values, 1, random);
  fillMatrix(values, matrixOf(tensor, spec), initializer, random);
}

/** Fans as in Keras: of the whole fused matrix, so fan out is 4H for an LSTM's gates. An embedding takes one-hot vectors. */
function matrixOf({ name, shape }: TensorSpec, { cell, hiddenSize }: ModelSpec): Matrix {
  const [rows = 0, columns = 0] = shape;
  const fans = name === 'embedding.weight' ? { fanOut: columns, fanIn: rows } : { fanOut: rows, fanIn: columns };
  const blocks = name.startsWith('rnn.') ? numGates(cell) : 1;
  return { rows, columns, blocks, hiddenSize, ...fans };
}

/** Variances and gains are 1; gains of Cooijmans's normalisation 0.1: with 1 the tanh saturates, and gradients vanish. */
function normValue({ norm }: ModelSpec, name: string): number {
  if (/norm_cell_bias|running_mean/.test(name)) return 0;
  return norm === 'batch-step' && !name.startsWith('rnn.running_') ? Math.fround(0.1) : 1;
}

// PyTorch adds two biases: one holds what is wanted, the other stays 0. Gate order i f g o, and r z n.
function fillBias(values: Float32Array, tensor: TensorSpec, { spec, options, random }: FillContext): void {
  const { cell, hiddenSize } = spec;
  const isHead = tensor.name === 'head.bias';
  if ((isHead ? options.output : options.input) === 'pytorch') {
    return fillUniform(values, 1 / Math.sqrt(hiddenSize), random);
  }
  if (!tensor.name.startsWith('rnn.bias_ih_')) return;
  if (options.chronoSteps !== undefined) fillChrono(values, spec, options.chronoSteps, random);
  else if (cell === 'lstm') values.fill(options.forgetBias, hiddenSize, 2 * hiddenSize);
}

/**
 * Time scales from 1 to `steps` - 1, uniform: the LSTM's forget gate starts at log(scale) and its input gate at the
 * negative; of PyTorch's GRU the update gate, which keeps the old state, at log(scale).
 */
function fillChrono(values: Float32Array, { cell, hiddenSize }: ModelSpec, steps: number, random: RandomStream): void {
  if (cell !== 'lstm' && cell !== 'gru') return;
  for (let unit = 0; unit < hiddenSize; unit++) {
    const bias = log(1 + (steps - 2) * random.uniform());
    values[hiddenSize + unit] = bias;
    if (cell === 'lstm') values[unit] = -bias;
  }
}
