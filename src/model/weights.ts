// A flat parameter vector as tensors, each transposed once an upload where a product needs it so: transposing inside a product
// takes a slow path on wasm and costs a quarter more on TensorFlow.
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { layerSuffix, layoutOfModel } from '../params/layout-of-model.js';
import { hasRunningAverages, normalisesInputs, numDirections, type ModelSpec } from '../params/model-spec.js';
import { viewTensor } from '../tensor/layout.js';
import type { Tfjs } from './tfjs.js';

/** One direction of one layer. */
export type LayerWeights = {
  readonly input: Tensor2D; // W_ih [G*H, in]
  readonly inputT: Tensor2D; // [in, G*H]
  readonly recurrent: Tensor2D; // W_hh [G*H, H]
  readonly recurrentT: Tensor2D; // [H, G*H]
  readonly bias: Tensor1D; // b_ih + b_hh [G*H]; GRU: without b_hn
  readonly hiddenBias?: Tensor1D; // GRU: b_hn [H], inside the reset gate
  readonly norms?: NormWeights;
  readonly running?: RunningMoments;
};

/** Gains of the normalisations, and the bias of an LSTM's c, by the layout's names (`rnn.norm_ih_l0`). */
export type NormWeights = {
  readonly ih: Tensor1D; // [G*H] of W_x x
  readonly hh?: Tensor1D; // [G*H] of W_h h
  readonly cell?: Tensor1D; // [H]
  readonly cell_bias?: Tensor1D; // [H]
};

/** Averages over steps of batch normalisation's moments, for evaluation; each [time steps, size], or [1, size] for all of them. */
export type RunningMoments = { readonly mean: Tensor2D; readonly variance: Tensor2D };

export type HeadWeights = {
  readonly weight: Tensor2D; // [out, D*H]
  readonly weightT: Tensor2D; // [D*H, out]
  readonly bias: Tensor1D; // [out]
};

export type Weights = {
  readonly embedding?: Tensor2D; // [vocabulary, E]
  readonly layers: LayerWeights[][]; // [layer][direction]
  readonly head: HeadWeights;
};

type Upload = (name: string) => Tensor;

/** Uploads `params`; the caller owns the tensors and calls `tf.dispose` on them. */
export function uploadWeights(tf: Tfjs, spec: ModelSpec, params: Float32Array): Weights {
  const layout = new Map(layoutOfModel(spec).tensors.map((tensor) => [tensor.name, tensor]));
  // The backend may read an array later than this call: it gets a copy, and the caller may write on into `params`.
  const upload: Upload = (name) => {
    const tensor = layout.get(name)!;
    return tf.tensor(viewTensor(params, tensor).slice(), [...tensor.shape]);
  };
  return tf.tidy(() => {
    const layers = Array.from({ length: spec.layers }, (_, layer) =>
      Array.from({ length: numDirections(spec) }, (__, direction) =>
        uploadLayer(tf, spec, upload, layerSuffix(layer, direction)),
      ),
    );
    const weight = upload('head.weight') as Tensor2D;
    const head = { weight, weightT: tf.transpose(weight), bias: upload('head.bias') as Tensor1D };
    if (spec.embeddingSize === undefined) return { layers, head };
    return { embedding: upload('embedding.weight') as Tensor2D, layers, head };
  });
}

function uploadLayer(tf: Tfjs, spec: ModelSpec, upload: Upload, suffix: string): LayerWeights {
  const input = upload(`rnn.weight_ih${suffix}`) as Tensor2D;
  const recurrent = upload(`rnn.weight_hh${suffix}`) as Tensor2D;
  const matrices = { input, inputT: tf.transpose(input), recurrent, recurrentT: tf.transpose(recurrent) };
  const [inputBias, hiddenBias] = [upload(`rnn.bias_ih${suffix}`), upload(`rnn.bias_hh${suffix}`)];
  const norms = spec.norm === undefined ? {} : { norms: uploadNorms(spec, upload, suffix) };
  const running = hasRunningAverages(spec) ? { running: uploadRunning(upload, suffix) } : {};
  if (spec.cell !== 'gru')
    return { ...matrices, bias: tf.add(inputBias, hiddenBias) as Tensor1D, ...norms, ...running };
  const units = spec.hiddenSize;
  const [ofSums, ofCandidate] = tf.split(hiddenBias, [2 * units, units]) as [Tensor1D, Tensor1D];
  const bias = tf.add(inputBias, tf.concat([ofSums, tf.zeros([units]) as Tensor1D])) as Tensor1D;
  return { ...matrices, bias, hiddenBias: ofCandidate, ...norms, ...running };
}

function uploadNorms(spec: ModelSpec, upload: Upload, suffix: string): NormWeights {
  const gain = (name: string): Tensor1D => upload(`rnn.norm_${name}${suffix}`) as Tensor1D;
  if (normalisesInputs(spec.norm)) return { ih: gain('ih') };
  const sums = { ih: gain('ih'), hh: gain('hh') };
  return spec.cell === 'lstm' ? { ...sums, cell: gain('cell'), cell_bias: gain('cell_bias') } : sums;
}

function uploadRunning(upload: Upload, suffix: string): RunningMoments {
  const average = (name: string): Tensor2D => {
    const values = upload(`rnn.running_${name}${suffix}`);
    return values.reshape([-1, values.shape.at(-1)!]);
  };
  return { mean: average('mean'), variance: average('var') };
}
