// A flat parameter vector as tensors, each transposed once an upload where a product needs it so: transposing inside a product
// takes a slow path on wasm and costs a quarter more on TensorFlow.
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { layoutOfModel } from '../params/layout-of-model.js';
import type { ModelSpec } from '../params/model-spec.js';
import { viewTensor } from '../tensor/layout.js';
import type { Tfjs } from './tfjs.js';

export type LayerWeights = {
  readonly input: Tensor2D; // W_ih [G*H, in]
  readonly inputT: Tensor2D; // [in, G*H]
  readonly recurrent: Tensor2D; // W_hh [G*H, H]
  readonly recurrentT: Tensor2D; // [H, G*H]
  readonly bias: Tensor1D; // b_ih + b_hh [G*H]
};

export type HeadWeights = {
  readonly weight: Tensor2D; // [out, H]
  readonly weightT: Tensor2D; // [H, out]
  readonly bias: Tensor1D; // [out]
};

export type Weights = { readonly layers: LayerWeights[]; readonly head: HeadWeights };

/** Uploads `params`; the caller owns the tensors and calls `tf.dispose` on them. */
export function uploadWeights(tf: Tfjs, spec: ModelSpec, params: Float32Array): Weights {
  const layout = new Map(layoutOfModel(spec).tensors.map((tensor) => [tensor.name, tensor]));
  // The backend may read an array later than this call: it gets a copy, and the caller may write on into `params`.
  const upload = (name: string) => {
    const tensor = layout.get(name)!;
    return tf.tensor(viewTensor(params, tensor).slice(), [...tensor.shape]);
  };
  return tf.tidy(() => {
    const layers = Array.from({ length: spec.layers }, (_, layer) => {
      const input = upload(`rnn.weight_ih_l${layer}`) as Tensor2D;
      const recurrent = upload(`rnn.weight_hh_l${layer}`) as Tensor2D;
      const bias = tf.add(upload(`rnn.bias_ih_l${layer}`), upload(`rnn.bias_hh_l${layer}`)) as Tensor1D;
      return { input, inputT: tf.transpose(input), recurrent, recurrentT: tf.transpose(recurrent), bias };
    });
    const weight = upload('head.weight') as Tensor2D;
    return { layers, head: { weight, weightT: tf.transpose(weight), bias: upload('head.bias') as Tensor1D } };
  });
}
