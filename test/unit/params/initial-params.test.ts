import { describe, expect, it } from 'vitest';
import {
  initialParams,
  type Initializer,
  type InitializerName,
  type InitializerOptions,
} from '../../../src/params/initial-params.js';
import { layoutOfModel } from '../../../src/params/layout-of-model.js';
import type { ModelSpec } from '../../../src/params/model-spec.js';
import { viewTensor } from '../../../src/tensor/layout.js';
import { haveSameBits } from '../tensor/spread-values.js';

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
const defaults: InitializerOptions = {
  input: 'glorot-uniform',
  recurrent: 'orthogonal',
  output: 'glorot-uniform',
  forgetBias: 1,
};

function tensorsOf(options: InitializerOptions, model = spec, seed = 42): Record<string, Float32Array> {
  const params = initialParams(model, options, seed);
  return Object.fromEntries(layoutOfModel(model).tensors.map((tensor) => [tensor.name, viewTensor(params, tensor)]));
}

function deviationOf(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

// fan in 28, fan out 4 * 64: 7168 values, so a deviation is within 2 % and a mean within 0.04 deviations
const inputDeviations: [Initializer, number, number | undefined][] = [
  ['glorot-uniform', Math.sqrt(2 / (28 + 256)), Math.sqrt(6 / (28 + 256))],
  ['glorot-normal', Math.sqrt(2 / (28 + 256)), undefined],
  ['he-uniform', Math.sqrt(2 / 28), Math.sqrt(6 / 28)],
  ['he-normal', Math.sqrt(2 / 28), undefined],
  ['pytorch', 1 / Math.sqrt(3 * 64), 1 / Math.sqrt(64)],
  ['lecun-uniform', Math.sqrt(1 / 28), Math.sqrt(3 / 28)],
  ['lecun-normal', Math.sqrt(1 / 28), undefined],
  ['glorot-truncated', Math.sqrt(2 / (28 + 256)), (2 * Math.sqrt(2 / (28 + 256))) / 0.87962566103423978],
  ['he-truncated', Math.sqrt(2 / 28), (2 * Math.sqrt(2 / 28)) / 0.87962566103423978],
  ['lecun-truncated', Math.sqrt(1 / 28), (2 * Math.sqrt(1 / 28)) / 0.87962566103423978],
  ['glorot-uniform:1.5', 1.5 * Math.sqrt(2 / (28 + 256)), 1.5 * Math.sqrt(6 / (28 + 256))],
  ['he-normal:0.5', 0.5 * Math.sqrt(2 / 28), undefined],
  ['normal:0.001', 0.001, undefined],
];

describe('initialParams', () => {
  it.each(inputDeviations)('%s has its mean, deviation and limit', (input, deviation, limit) => {
    const values = tensorsOf({ ...defaults, input, recurrent: 'zeros' })['rnn.weight_ih_l0']!;
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
    const tensors = tensorsOf({ ...defaults, input: 'he-uniform', output: 'he-uniform', recurrent: 'glorot-uniform' });
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
    const tensors = tensorsOf({ input: 'pytorch', recurrent: 'pytorch', output: 'pytorch', forgetBias: 1 });
    for (const values of Object.values(tensors)) {
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(1 / 8);
      expect(deviationOf(values)).toBeGreaterThan(0.04); // 0.072 for many values, the head's bias has ten
    }
  });

  it('fills weights with zeros where asked', () => {
    const tensors = tensorsOf({ input: 'zeros', recurrent: 'zeros', output: 'zeros', forgetBias: 0 });
    for (const values of Object.values(tensors)) expect(values.every((value) => value === 0)).toBe(true);
  });

  it.each(['lstm', 'gru', 'rnn'] as const)('draws an orthogonal block for each gate of %s, with its gain', (cell) => {
    const values = tensorsOf({ ...defaults, recurrent: 'orthogonal-gates:0.5' }, { ...spec, cell })[
      'rnn.weight_hh_l0'
    ]!;
    for (let gate = 0; gate < values.length / 4096; gate++) {
      const block = values.subarray(gate * 4096, (gate + 1) * 4096); // 64 rows of 64
      for (const [a, b] of [
        [0, 0],
        [0, 1],
        [17, 17],
        [63, 5],
      ] as const) {
        const product = block
          .subarray(64 * a, 64 * a + 64)
          .reduce((sum, value, i) => sum + value * block[64 * b + i]!, 0);
        expect(product).toBeCloseTo(a === b ? 0.25 : 0, 6);
      }
    }
    expect(values.subarray(0, 64)).not.toEqual(values.subarray(4096, 4160));
  });

  it('starts an IRNN from the identity', () => {
    const options: InitializerOptions = {
      ...defaults,
      input: 'normal:0.001',
      recurrent: 'identity',
      output: 'normal:0.001',
    };
    const tensors = tensorsOf(options, { ...spec, cell: 'relu', inputSize: 1 });
    const identity = (scale: number) => Float32Array.from({ length: 4096 }, (_, i) => (i % 65 === 0 ? scale : 0));
    expect(haveSameBits(tensors['rnn.weight_hh_l0']!, identity(1))).toBe(true);
    expect(deviationOf(tensors['head.weight']!)).toBeCloseTo(0.001, 4);
    expect(tensors['rnn.bias_ih_l0']).toEqual(new Float32Array(64));
    const lstm = tensorsOf({ ...defaults, recurrent: 'identity:0.5' })['rnn.weight_hh_l1']!;
    for (const gate of [0, 1, 2, 3])
      expect(haveSameBits(lstm.subarray(4096 * gate, 4096 * (gate + 1)), identity(0.5))).toBe(true);
  });

  it('draws the time scales of the gates uniformly from 1 to T - 1, and their logarithms as biases (chrono)', () => {
    const model: ModelSpec = { ...spec, hiddenSize: 2048, layers: 1 };
    const options: InitializerOptions = { ...defaults, input: 'zeros', recurrent: 'zeros', chronoSteps: 784 };
    const lstm = tensorsOf(options, model);
    const [inputGate, forgetGate] = [0, 2048].map((start) => lstm['rnn.bias_ih_l0']!.subarray(start, start + 2048));
    const scales = forgetGate!.map(Math.exp);
    expect(Math.min(...scales)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...scales)).toBeLessThanOrEqual(783.001);
    // E log U(1, 783) = 5.6717; its deviation is 0.96, and 2048 draws halve the error of 512
    expect(forgetGate!.reduce((sum, value) => sum + value, 0) / 2048).toBeCloseTo(5.6717, 1);
    expect(inputGate).toEqual(forgetGate!.map((value) => -value));
    expect(lstm['rnn.bias_ih_l0']!.subarray(4096).every((value) => value === 0)).toBe(true);
    expect(lstm['rnn.bias_hh_l0']!.every((value) => value === 0)).toBe(true);
    const gru = tensorsOf(options, { ...model, cell: 'gru' })['rnn.bias_ih_l0']!;
    expect(gru.subarray(2048, 4096)).toEqual(forgetGate); // the update gate z keeps the old state
    expect([...gru.subarray(0, 2048), ...gru.subarray(4096)].every((value) => value === 0)).toBe(true);
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
    const tensors = tensorsOf({
      input: 'glorot-normal',
      recurrent: 'orthogonal',
      output: 'glorot-normal',
      forgetBias: 1,
    });
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
