import { describe, expect, it } from 'vitest';
import { initialParams, type InitializerName, type InitializerOptions } from '../../../src/params/initial-params.js';
import { layoutOfModel } from '../../../src/params/layout-of-model.js';
import type { ModelSpec } from '../../../src/params/model-spec.js';
import { viewTensor } from '../../../src/tensor/layout.js';

const spec: ModelSpec = {
  cell: 'lstm',
  layers: 2,
  inputs: 'dense',
  inputSize: 28,
  hiddenSize: 64,
  outputSize: 10,
  loss: 'softmax',
  targetsPer: 'sequence',
};
const defaults: InitializerOptions = { input: 'glorot-uniform', recurrent: 'orthogonal', forgetBias: 1 };

function tensorsOf(options: InitializerOptions, model = spec, seed = 42): Record<string, Float32Array> {
  const params = initialParams(model, options, seed);
  return Object.fromEntries(layoutOfModel(model).tensors.map((tensor) => [tensor.name, viewTensor(params, tensor)]));
}

function deviationOf(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

// fan in 28, fan out 4 * 64: 7168 values, so a deviation is within 2 % and a mean within 0.04 deviations
const inputDeviations: [InitializerName, number, number | undefined][] = [
  ['glorot-uniform', Math.sqrt(2 / (28 + 256)), Math.sqrt(6 / (28 + 256))],
  ['glorot-normal', Math.sqrt(2 / (28 + 256)), undefined],
  ['he-uniform', Math.sqrt(2 / 28), Math.sqrt(6 / 28)],
  ['he-normal', Math.sqrt(2 / 28), undefined],
  ['pytorch', 1 / Math.sqrt(3 * 64), 1 / Math.sqrt(64)],
];

describe('initialParams', () => {
  it.each(inputDeviations)('%s has its mean, deviation and limit', (input, deviation, limit) => {
    const values = tensorsOf({ ...defaults, input })['rnn.weight_ih_l0']!;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.04 * deviation);
    expect(Math.abs(deviationOf(values) / deviation - 1)).toBeLessThan(0.03);
    const largest = Math.max(...values.map(Math.abs));
    if (limit === undefined)
      expect(largest).toBeGreaterThan(3 * deviation); // not truncated
    else {
      expect(largest).toBeLessThanOrEqual(Math.fround(limit));
      expect(largest).toBeGreaterThan(0.99 * limit);
    }
  });

  it('uses the fans of the head for the head and of the recurrent matrix for the recurrent matrix', () => {
    const tensors = tensorsOf({ ...defaults, input: 'he-uniform', recurrent: 'glorot-uniform' });
    const largest = (name: string): number => Math.max(...tensors[name]!.map(Math.abs));
    expect(largest('head.weight') / Math.sqrt(6 / 64)).toBeCloseTo(1, 1);
    expect(largest('rnn.weight_hh_l0') / Math.sqrt(6 / (64 + 256))).toBeCloseTo(1, 2);
  });

  it('puts the forget bias into one of the two biases of every LSTM layer, zeros elsewhere', () => {
    const tensors = tensorsOf({ ...defaults, forgetBias: 1.5 });
    for (const layer of [0, 1]) {
      const bias = tensors[`rnn.bias_ih_l${layer}`]!;
      bias.forEach((value, row) => expect(value).toBe(row >= 64 && row < 128 ? 1.5 : 0)); // gates i f g o
      expect(tensors[`rnn.bias_hh_l${layer}`]).toEqual(new Float32Array(256));
    }
    expect(tensors['head.bias']).toEqual(new Float32Array(10));
  });

  it.each([
    ['rnn', 64],
    ['gru', 192],
  ] as const)('has no forget bias in the cell %s', (cell, rows) => {
    expect(tensorsOf(defaults, { ...spec, cell })['rnn.bias_ih_l0']).toEqual(new Float32Array(rows));
  });

  it('draws an embedding by the fans of one-hot vectors, as nn.Embedding with pytorch, and with orthonormal columns', () => {
    const model: ModelSpec = { ...spec, inputs: 'ids', inputSize: 90, embeddingSize: 40 };
    const embedding = (input: InitializerName) => tensorsOf({ ...defaults, input }, model)['embedding.weight']!;
    expect(Math.max(...embedding('glorot-uniform')) / Math.sqrt(6 / (90 + 40))).toBeCloseTo(1, 2);
    expect(deviationOf(embedding('he-normal')) / Math.sqrt(2 / 90)).toBeCloseTo(1, 1);
    expect(deviationOf(embedding('pytorch'))).toBeCloseTo(1, 1);
    const columns = [0, 1].map((column) => embedding('orthogonal').filter((_, i) => i % 40 === column));
    expect(deviationOf(columns[0]!) * Math.sqrt(90)).toBeCloseTo(1, 5);
    expect(columns[0]!.reduce((sum, value, i) => sum + value * columns[1]![i]!, 0)).toBeCloseTo(0, 5);
  });

  it('draws the biases too, and applies no forget bias, with pytorch', () => {
    const tensors = tensorsOf({ input: 'pytorch', recurrent: 'pytorch', forgetBias: 1 });
    for (const values of Object.values(tensors)) {
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(1 / 8);
      expect(deviationOf(values)).toBeGreaterThan(0.04); // 0.072 for many values, the head's bias has ten
    }
  });

  it('fills weights with zeros where asked', () => {
    const tensors = tensorsOf({ input: 'zeros', recurrent: 'zeros', forgetBias: 0 });
    for (const values of Object.values(tensors)) expect(values.every((value) => value === 0)).toBe(true);
  });

  it('gives each tensor its own stream: another layer moves no tensor of the first', () => {
    const one = tensorsOf(defaults, { ...spec, layers: 1 });
    const two = tensorsOf(defaults);
    for (const [name, values] of Object.entries(one)) expect(two[name], name).toEqual(values);
  });

  it('gives other weights for another seed, and the same for the same', () => {
    expect(initialParams(spec, defaults, 1)).toEqual(initialParams(spec, defaults, 1));
    expect(initialParams(spec, defaults, 1)).not.toEqual(initialParams(spec, defaults, 2));
  });

  it('gives these bits, on every machine and in every release', () => {
    const tensors = tensorsOf({ input: 'glorot-normal', recurrent: 'orthogonal', forgetBias: 1 });
    expect([...tensors['rnn.weight_ih_l0']!.slice(0, 4), ...tensors['rnn.weight_hh_l1']!.slice(0, 4)])
      .toMatchInlineSnapshot(`
      [
        -0.024582775309681892,
        0.04432985559105873,
        0.09348646551370621,
        -0.12110641598701477,
        -0.1141752302646637,
        -0.08995583653450012,
        0.04007596895098686,
        -0.07517409324645996,
      ]
    `);
  });
});
