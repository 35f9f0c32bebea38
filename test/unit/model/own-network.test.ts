// Models of the user's own against float64 PyTorch, and what of their code is refused.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DataSpec } from '../../../src/data/data-spec.js';
import type { ShardBatch } from '../../../src/data/shard-batch.js';
import type { ModelCall, ModelDefinition } from '../../../src/model/define-model.js';
import { layersLossAndCounts, loadLayers } from '../../../src/model/layers-model.js';
import type { Network } from '../../../src/model/network.js';
import { createOwnNetwork } from '../../../src/model/own-network.js';
import { probeIntegers, probeValues } from '../../../src/model/probe-values.js';
import { relativeError } from '../../../src/model/self-check.js';
import { eagerRunner } from '../../../src/model/step-runner.js';
import type { Tfjs } from '../../../src/model/tfjs.js';
import { describeThrown } from '../../../src/modules/import-module.js';
import type { OwnParam } from '../../../src/params/own-model-spec.js';
import { paramsOf, readDeclarations } from '../../../src/params/own-params.js';
import { layTensors, viewTensor } from '../../../src/tensor/layout.js';
import { loadWasm } from './load-wasm.js';

interface Oracle {
  readonly lengths: number[];
  readonly loss: number;
  readonly correct: number;
  readonly gradients: Readonly<Record<string, number[]>>;
}

const fixture = new URL('../../fixtures/own-model/own-model.json', import.meta.url);
const oracles = JSON.parse(readFileSync(fixture, 'utf8')) as Readonly<Record<string, Oracle>>;
const example = pathToFileURL(resolve(import.meta.dirname, '../../../examples/own-model/model.mjs')).href;

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadWasm();
});

const dense: DataSpec = {
  name: 'own',
  inputs: { kind: 'dense', dtype: 'f32', features: 2, scale: 1 },
  targets: { kind: 'value', size: 1, per: 'sequence' },
  maxLength: 6,
};
const ids: DataSpec = {
  ...dense,
  inputs: { kind: 'ids', vocabulary: 7 },
  targets: { kind: 'class', classes: 3, per: 'step' },
};
const classes: DataSpec = { ...dense, targets: { kind: 'class', classes: 3, per: 'sequence' } };

function batchOf({ inputs, targets }: DataSpec, lengths: readonly number[]): ShardBatch {
  const steps = Math.max(...lengths);
  const places = steps * lengths.length;
  const count = targets.per === 'step' ? places : lengths.length;
  return {
    rows: lengths.length,
    steps,
    lengths: Int32Array.from(lengths),
    inputs: inputs.kind === 'ids' ? probeIntegers(21, places, 7) : probeValues(21, places * 2, 4),
    targets: targets.kind === 'class' ? probeIntegers(22, count, 3) : probeValues(22, count, 2),
    draws: { seed: 9, step: 3, exampleIds: lengths.map((_, row) => row + 1) },
  };
}

function networkOf(
  params: readonly OwnParam[],
  data: DataSpec,
  lossAndCounts: ModelDefinition['lossAndCounts'],
): Network {
  const network = createOwnNetwork(tf, { params, data, lossAndCounts, runner: eagerRunner, describeThrown });
  network.setParams(probeValues(11, layTensors(params).size, 1));
  return network;
}

const embedding: ModelDefinition = {
  params: { table: { shape: [7, 4] }, weight: { shape: [4, 3] } },
  lossAndCounts({ params, batch }) {
    const { table, weight } = params as { table: ModelCall['params'][string]; weight: ModelCall['params'][string] };
    const [rows = 0, steps = 0] = batch.inputs.shape;
    const vectors = tf.tanh(tf.matMul(tf.oneHot(tf.reshape(batch.inputs, [-1]), 7), table));
    const logits = tf.reshape(tf.matMul(vectors, weight), [rows, steps, 3]);
    const losses = tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(batch.targets, 3)), -1));
    const isRight = tf.cast(tf.equal(tf.argMax(logits, -1), batch.targets), 'float32');
    return { loss: tf.sum(tf.mul(losses, batch.targetMask)), correct: tf.sum(tf.mul(isRight, batch.targetMask)) };
  },
};

const layer = (name: string, className: string, config: object) => ({
  class_name: className,
  config: { name, ...config },
});
const topology = {
  class_name: 'Sequential',
  config: {
    name: 'rnn',
    layers: [
      layer('simple_rnn', 'SimpleRNN', {
        units: 5,
        activation: 'tanh',
        batch_input_shape: [null, null, 2],
        dtype: 'float32',
      }),
      layer('dense', 'Dense', { units: 3, activation: 'softmax' }),
    ],
  },
};
const layersParams: OwnParam[] = Object.entries({
  'simple_rnn/kernel': [2, 5],
  'simple_rnn/recurrent_kernel': [5, 5],
  'simple_rnn/bias': [5],
  'dense/kernel': [5, 3],
  'dense/bias': [3],
}).map(([name, shape]) => ({ name, shape, group: 'input' }));

describe('the gradients of float64 PyTorch', () => {
  it.each<[string, DataSpec, () => Promise<{ params: readonly OwnParam[]; loss: ModelDefinition['lossAndCounts'] }>]>([
    [
      'minimal_gated_unit',
      dense,
      async () => {
        const { default: model } = (await import(example)) as { default: ModelDefinition };
        const declared = typeof model.params === 'function' ? model.params(dense) : model.params;
        return { params: paramsOf(readDeclarations(declared, 'm')), loss: model.lossAndCounts };
      },
    ],
    [
      'embedding',
      ids,
      () =>
        Promise.resolve({ params: paramsOf(readDeclarations(embedding.params, 'm')), loss: embedding.lossAndCounts }),
    ],
    [
      'simple_rnn',
      classes,
      async () => {
        const names = layersParams.map(({ name }) => name);
        const loss = layersLossAndCounts(await loadLayers(tf, 'model.json', topology), 'model.json', names, 'softmax');
        return { params: layersParams, loss };
      },
    ],
  ])('are those of %s', async (name, data, make) => {
    const { lengths, loss, correct, gradients } = oracles[name]!;
    const { params, loss: lossAndCounts } = await make();
    const network = networkOf(params, data, lossAndCounts);
    const layout = layTensors(params);
    const grads = new Float32Array(layout.size);
    const [result] = network.gradients([batchOf(data, lengths)], [grads]);
    expect(relativeError([result!.loss], [loss])).toBeLessThan(1e-5);
    expect(result!.correct).toBe(correct);
    expect(layout.tensors.map((tensor) => tensor.name)).toEqual(Object.keys(gradients));
    for (const tensor of layout.tensors)
      expect(relativeError(viewTensor(grads, tensor), gradients[tensor.name]!), tensor.name).toBeLessThan(1e-5);
    network.dispose();
  });
});

describe("a user's code", () => {
  const params: OwnParam[] = [{ name: 'w', shape: [2, 1], group: 'input' }];
  const batch = batchOf(dense, [6, 3]);
  const outputsOf = (call: ModelCall) => tf.sum(tf.matMul(tf.mean(call.batch.inputs, 1), call.params['w']!));
  const train = (lossAndCounts: unknown): void => {
    const network = networkOf(params, dense, lossAndCounts as ModelDefinition['lossAndCounts']);
    network.gradients([batch], [new Float32Array(2)]);
  };

  it.each<[string, (call: ModelCall) => unknown, string, RegExp]>([
    [
      'is async',
      async (call) => Promise.resolve({ loss: outputsOf(call) }),
      'MODEL_OUTPUT',
      /got a promise: it must not/,
    ],
    ['returns nothing', () => undefined, 'MODEL_OUTPUT', /got undefined/],
    ['returns a number', () => ({ loss: 3 }), 'MODEL_OUTPUT', /loss as number/],
    [
      'sums too little',
      (call) => ({ loss: tf.mean(call.batch.inputs, 1) }),
      'MODEL_OUTPUT',
      /shape \[2, 2\]: add it up/,
    ],
    ['counts no number', (call) => ({ loss: outputsOf(call), correct: 1 }), 'MODEL_OUTPUT', /correct as number/],
    ['forgets its parameters', () => ({ loss: tf.scalar(1) }), 'MODEL_OUTPUT', /depends on none of the params/],
    ['throws', () => JSON.parse('{'), 'MODEL_CODE', /lossAndCounts failed: SyntaxError/],
    ['draws no shape', (call) => call.random.keep(0.5, 3 as never), 'MODEL_RANDOM', /as an array, got 3/],
    ['drops all', (call) => call.random.keep(1), 'MODEL_RANDOM', /a rate from 0 to below 1, got 1/],
  ])('that %s is refused', (_, lossAndCounts, code, message) => {
    expect(() => train(lossAndCounts)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('that draws in another order than before is refused', () => {
    let calls = 0;
    const fickle = (call: ModelCall) => {
      const drawn = (calls += 1) > 1 ? call.random.normal() : call.random.uniform();
      return { loss: tf.mul(outputsOf(call), tf.sum(drawn)) };
    };
    expect(() => train(fickle)).toThrow(expect.objectContaining({ code: 'MODEL_RANDOM' }));
  });

  it('that draws in evaluation is refused, but for keep', () => {
    const evaluate = (draw: (call: ModelCall) => Parameters<Tfjs['sum']>[0]) =>
      networkOf(params, dense, (call) => ({ loss: tf.mul(outputsOf(call), tf.sum(draw(call))) })).evaluate([batch]);
    expect(() => evaluate(({ random }) => random.normal())).toThrow(expect.objectContaining({ code: 'MODEL_RANDOM' }));
    expect(evaluate(({ random }) => random.keep(0.5))[0]?.count).toBe(2);
  });

  it('is asked for its loss alone, with parameters that fit', () => {
    const network = createOwnNetwork(tf, {
      params,
      data: dense,
      lossAndCounts: (call) => ({ loss: outputsOf(call) }),
      runner: eagerRunner,
      describeThrown,
    });
    const refused = (code: string) => expect.objectContaining({ code });
    expect(() => network.evaluate([batch])).toThrow(refused('MODEL_PARAMS_MISSING'));
    expect(() => network.setParams(new Float32Array(3))).toThrow(refused('MODEL_PARAMS_SIZE'));
    expect(() => network.predict(batch)).toThrow(refused('MODEL_BUILT_IN'));
  });
});
