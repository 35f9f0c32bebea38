// Exports read back: by tfjs as it is, and by --init-from to the same weights, whatever the names were.
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { exportModel } from '../../../src/formats/export-model.js';
import { layForeignWeights } from '../../../src/formats/foreign-weights.js';
import { layoutOfModel } from '../../../src/params/layout-of-model.js';
import type { ModelSpec } from '../../../src/params/model-spec.js';
import { viewTensor } from '../../../src/tensor/layout.js';
import { decodeSafetensors } from '../../../src/tensor/safetensors.js';
import { exportCases, type ExportCase } from './export-cases.js';

tf.env().set('PROD', true); // no advertisements
const cases = exportCases();
const flat = (values: unknown[]): number[] => values.flat(3) as number[];

function tensorsOf(one: ExportCase, format: 'pytorch' | 'keras') {
  const [file] = exportModel(one, format);
  return decodeSafetensors(file!.content as Uint8Array, 'export').tensors;
}

describe('an export to tfjs', () => {
  it.each(cases.filter(({ spec }) => spec.cell !== 'gru'))('gives equal outputs in plain tfjs: $name', async (one) => {
    const [manifest, weights] = exportModel(one, 'tfjs');
    const { modelTopology, weightsManifest } = JSON.parse(manifest!.content as string) as {
      modelTopology: object;
      weightsManifest: [{ weights: tf.io.WeightsManifestEntry[] }];
    };
    const weightData = (weights!.content as Uint8Array).slice().buffer;
    const weightSpecs = weightsManifest[0].weights;
    const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
    const outputs = model.predict(tf.tensor(one.inputs as number[][])) as tf.Tensor;
    const wanted = flat(one.outputs);
    [...outputs.dataSync()].forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBeLessThan(1e-5));
    model.dispose();
  });

  it('is refused for a GRU, with the reason', () => {
    const gru = cases.find(({ spec }) => spec.cell === 'gru')!;
    expect(() => exportModel(gru, 'tfjs')).toThrow(/tfjs has no GRU .* Use --format onnx/);
  });
});

describe('weights from elsewhere', () => {
  it.each(cases)('come back from PyTorch bit for bit, under any modules: $name', (one) => {
    const renamed = new Map(
      [...tensorsOf(one, 'pytorch')].map(([name, tensor]) => {
        const other = name.replace('rnn.', 'module.core.lstm.').replace('head.', 'fc.').replace('embedding.', 'emb.');
        return [other, tensor];
      }),
    );
    for (const tensors of [tensorsOf(one, 'pytorch'), renamed]) {
      expect(layForeignWeights(one.spec, tensors)).toEqual({ params: one.params, problems: [] });
    }
  });

  it.each(cases)('come back from Keras, both biases as their sum: $name', (one) => {
    const named = [...tensorsOf(one, 'keras')].map(([name, tensor]) => [`sequential_3/${name}`, tensor] as const);
    const { params, problems } = layForeignWeights(one.spec, new Map(named));
    expect(problems).toEqual([]);
    for (const tensor of layoutOfModel(one.spec).tensors) {
      const [got, wanted] = [viewTensor(params, tensor), viewTensor(one.params, tensor)];
      if (!tensor.name.includes('.bias_') || one.spec.cell === 'gru') expect(got, tensor.name).toEqual(wanted);
    }
  });

  it('that do not fit are all named at once', () => {
    const [one] = cases;
    const tensors = new Map([...tensorsOf(one!, 'pytorch'), ['lm.extra', { shape: [1], values: Float32Array.of(0) }]]);
    tensors.delete('head.bias');
    const spec: ModelSpec = { ...one!.spec, hiddenSize: 5 };
    const { problems } = layForeignWeights(spec, tensors);
    expect(problems).toContain('wanted tensor rnn.weight_hh_l1 of shape [5, 5], got [4, 4]');
    expect(problems).toContain('wanted tensor head.bias of shape [3], got none');
    expect(problems.at(-1)).toBe('no place for lm.extra');
    expect(problems.length).toBeGreaterThan(8);
  });

  it('refuse a second module of a kind', () => {
    const tensors = tensorsOf(cases[0]!, 'pytorch');
    for (const [name, tensor] of [...tensors]) if (name.startsWith('rnn.')) tensors.set(`decoder.${name}`, tensor);
    expect(layForeignWeights(cases[0]!.spec, tensors).problems.at(-1)).toMatch(
      /^no place for decoder\.rnn\.weight_ih_l0/,
    );
  });
});
