// One shard's gradients, from tensors to its flat vector.
import type { Tensor } from '@tensorflow/tfjs';
import type { Layout } from '../tensor/layout.js';
import type { ShardGradients } from './network-step.js';

/** Writes every tensor of `layout` into `grads`. */
export function writeGradients(layout: Layout, { layers, head }: ShardGradients, grads: Float32Array): void {
  const offsets = new Map(layout.tensors.map(({ name, offset }) => [name, offset]));
  const write = (tensor: Tensor, ...names: string[]) => {
    const values = tensor.dataSync();
    for (const name of names) grads.set(values, offsets.get(name));
  };
  layers.forEach((gradients, layer) => {
    write(gradients.input, `rnn.weight_ih_l${layer}`);
    write(gradients.recurrent, `rnn.weight_hh_l${layer}`);
    // z = ... + b_ih + b_hh: both biases have the same gradient, and both count in the norm, as in PyTorch.
    write(gradients.bias, `rnn.bias_ih_l${layer}`, `rnn.bias_hh_l${layer}`);
  });
  write(head.weight, 'head.weight');
  write(head.bias, 'head.bias');
}
