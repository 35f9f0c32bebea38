import { expect, it } from 'vitest';
import { layoutOfModel } from '../../../src/params/layout-of-model.js';
import type { ModelSpec } from '../../../src/params/model-spec.js';

const spec: ModelSpec = {
  cell: 'lstm',
  layers: 2,
  inputs: 'dense',
  inputSize: 28,
  hiddenSize: 16,
  outputSize: 10,
  loss: 'softmax',
  targetsPer: 'sequence',
};

it("has the names, shapes and order of PyTorch's nn.LSTM and nn.Linear", () => {
  const { tensors, size } = layoutOfModel(spec);
  expect(tensors.map(({ name, shape, group }) => `${name} [${shape.join(', ')}] ${group}`)).toEqual([
    'rnn.weight_ih_l0 [64, 28] input',
    'rnn.weight_hh_l0 [64, 16] recurrent',
    'rnn.bias_ih_l0 [64] bias',
    'rnn.bias_hh_l0 [64] bias',
    'rnn.weight_ih_l1 [64, 16] input',
    'rnn.weight_hh_l1 [64, 16] recurrent',
    'rnn.bias_ih_l1 [64] bias',
    'rnn.bias_hh_l1 [64] bias',
    'head.weight [10, 16] output',
    'head.bias [10] bias',
  ]);
  expect(size).toBe(64 * 28 + 3 * 64 * 16 + 4 * 64 + 10 * 16 + 10);
});

it('has one block of rows for the tanh cell', () => {
  const { tensors } = layoutOfModel({ ...spec, cell: 'rnn', layers: 1 });
  expect(tensors.map(({ shape }) => shape)).toEqual([[16, 28], [16, 16], [16], [16], [10, 16], [10]]);
});

it('puts the reverse direction behind the forward one, as PyTorch does, and the embedding first', () => {
  const both = layoutOfModel({ ...spec, cell: 'gru', inputs: 'ids', bidirectional: true, embeddingSize: 5 });
  expect(both.tensors.map(({ name, shape }) => `${name} [${shape.join(', ')}]`)).toEqual([
    'embedding.weight [28, 5]',
    'rnn.weight_ih_l0 [48, 5]',
    'rnn.weight_hh_l0 [48, 16]',
    'rnn.bias_ih_l0 [48]',
    'rnn.bias_hh_l0 [48]',
    'rnn.weight_ih_l0_reverse [48, 5]',
    'rnn.weight_hh_l0_reverse [48, 16]',
    'rnn.bias_ih_l0_reverse [48]',
    'rnn.bias_hh_l0_reverse [48]',
    'rnn.weight_ih_l1 [48, 32]',
    'rnn.weight_hh_l1 [48, 16]',
    'rnn.bias_ih_l1 [48]',
    'rnn.bias_hh_l1 [48]',
    'rnn.weight_ih_l1_reverse [48, 32]',
    'rnn.weight_hh_l1_reverse [48, 16]',
    'rnn.bias_ih_l1_reverse [48]',
    'rnn.bias_hh_l1_reverse [48]',
    'head.weight [10, 32]',
    'head.bias [10]',
  ]);
});
