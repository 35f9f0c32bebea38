// One shard's gradients, from tensors to its flat vector.
import type { Tensor } from '@tensorflow/tfjs';
import { layerSuffix } from '../params/layout-of-model.js';
import { isBuffer, type Layout, viewTensor } from '../tensor/layout.js';
import type { ShardGradients } from './network-step.js';
import { takeValues } from './take-values.js';

/** Writes every tensor of `layout` into `grads`. */
export function writeGradients(layout: Layout, gradients: ShardGradients, grads: Float32Array): void {
  const { layers, head, embedding } = gradients;
  const offsets = new Map(layout.tensors.map(({ name, offset }) => [name, offset]));
  const write = (tensor: Tensor, ...names: string[]) => {
    takeValues(tensor, ...names.map((name) => grads.subarray(offsets.get(name))));
  };
  for (const tensor of layout.tensors) if (isBuffer(tensor)) viewTensor(grads, tensor).fill(0);
  if (embedding) write(embedding, 'embedding.weight');
  layers.forEach((directions, layer) => {
    directions.forEach((ofLayer, direction) => {
      const suffix = layerSuffix(layer, direction);
      const [inputBias, hiddenBias] = [`rnn.bias_ih${suffix}`, `rnn.bias_hh${suffix}`];
      write(ofLayer.input, `rnn.weight_ih${suffix}`);
      write(ofLayer.recurrent, `rnn.weight_hh${suffix}`);
      for (const [name, gradient] of Object.entries(ofLayer.norms ?? {})) write(gradient, `rnn.norm_${name}${suffix}`);
      // Where z = ... + b_ih + b_hh both biases have the same gradient, and both count in the norm, as in PyTorch.
      if (!ofLayer.hiddenBias) return write(ofLayer.bias, inputBias, hiddenBias);
      write(ofLayer.bias, inputBias);
      write(ofLayer.hiddenBias, hiddenBias);
    });
  });
  write(head.weight, 'head.weight');
  write(head.bias, 'head.bias');
}
