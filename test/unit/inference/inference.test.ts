// A trained model in the user's terms: text, ids and numbers in, probabilities and numbers in their units out.
import { describe, expect, it } from 'vitest';
import { decodeOutputs } from '../../../src/inference/decode-outputs.js';
import { encodeInputs } from '../../../src/inference/encode-inputs.js';
import { generateText } from '../../../src/inference/generate.js';
import { predictSequences } from '../../../src/inference/predict.js';
import { readStoredModel, type StoredModel } from '../../../src/inference/stored-model.js';
import type { Network } from '../../../src/model/network.js';
import { probeValues } from '../../../src/model/probe-values.js';
import { createNativeNetwork } from '../../../src/native/native-network.js';
import { loadWasmAddon, wasmKernels } from '../../../src/native/wasm-addon.js';
import { layoutOfModel } from '../../../src/params/layout-of-model.js';
import type { ModelSpec } from '../../../src/params/model-spec.js';

const wasm = await loadWasmAddon();
const place = (row: number): string => `sequence ${row}`;

function store(spec: ModelSpec, data: Record<string, unknown>): StoredModel {
  const params = probeValues(1, layoutOfModel(spec).size, 1);
  return readStoredModel({ model: spec, data, params }, 'a checkpoint');
}

function networkOf({ spec, params }: StoredModel): Network {
  const network = createNativeNetwork(wasm, wasmKernels, spec, 1);
  network.setParams(params);
  return network;
}

const text = store(
  {
    ...{ cell: 'lstm', layers: 2, inputs: 'ids', inputSize: 4, hiddenSize: 6, outputSize: 4 },
    ...{ loss: 'softmax', targetsPer: 'step' },
  },
  {
    name: 'text',
    inputs: { kind: 'ids', vocabulary: 4 },
    targets: { kind: 'class', classes: 4, per: 'step' },
    maxLength: 8,
    preprocessing: { version: 1, vocabulary: '\nab😀' },
  },
);
const weather = store(
  {
    ...{ cell: 'gru', layers: 1, inputs: 'dense', inputSize: 2, hiddenSize: 3, outputSize: 1 },
    ...{ loss: 'squared-error', targetsPer: 'sequence' },
  },
  {
    name: 'csv',
    inputs: { kind: 'dense', dtype: 'f32', features: 2, scale: 1 },
    targets: { kind: 'value', size: 1, per: 'sequence' },
    maxLength: 3,
    preprocessing: {
      version: 1,
      inputs: [
        { name: 'rain', shift: 1, scale: 2 },
        { name: 'wind', shift: 0, scale: 4 },
      ],
      targets: [{ name: 'wind', shift: 10, scale: 4 }],
      horizon: 1,
    },
  },
);

describe('inputs', () => {
  it('are padded time-major, characters by code points', () => {
    const batch = encodeInputs(text, ['a😀', 'b'], place);
    expect(batch).toEqual({
      ...{ rows: 2, steps: 2, lengths: Int32Array.of(2, 1) },
      inputs: Int32Array.of(1, 2, 3, 0),
    });
  });

  it('are scaled as in training', () => {
    expect([...encodeInputs(weather, [[[3, 8]]], place).inputs]).toEqual([1, 2]);
  });

  it.each([
    [text, 'ax', /character 1: wanted one that was in the training text, got "x"/],
    [text, [0, 4], /sequence 0, step 1: wanted an id from 0 to 3, got 4/],
    [text, [], /sequence 0: wanted at least one step/],
    [weather, 'a', /wanted ids or numbers/],
    [weather, [[1]], /sequence 0, step 0: wanted 2 numbers, got 1/],
    [weather, [[1, Infinity]], /numbers that float32 can hold, got Infinity/],
  ])('are refused with their place', (model, sequence, message) => {
    expect(() => encodeInputs(model, [sequence], place)).toThrow(message);
  });
});

describe('outputs', () => {
  it('get their units back, or are probabilities', () => {
    expect(decodeOutputs(weather, Float32Array.of(0.5))).toEqual({ values: [[12]] });
    const { values, classes } = decodeOutputs(text, Float32Array.of(0, Math.log(2), 0, Math.log(4)));
    expect(classes).toEqual([3]);
    values[0]!.forEach((value, i) => expect(value).toBeCloseTo([1 / 8, 1 / 4, 1 / 8, 1 / 2][i]!, 6));
    const keys = { ...weather, spec: { ...weather.spec, loss: 'binary', outputSize: 2 } } as const;
    expect(decodeOutputs(keys, Float32Array.of(0, Infinity)).values).toEqual([[0.5, 1]]);
  });

  it('of a sequence do not depend on its neighbours', () => {
    const network = networkOf(text);
    const sequences = Array.from({ length: 70 }, (_, i) => 'ab😀\n'.repeat(1 + (i % 3)).slice(0, 1 + (i % 2)));
    const together = predictSequences(text, network, sequences);
    expect(together[69]).toEqual(predictSequences(text, network, [sequences[69]!])[0]);
    expect(together).toHaveLength(70);
  });
});

describe('generated text', () => {
  const network = networkOf(text);
  const generate = (options: object): string => [...generateText(text, network, { length: 30, ...options })].join('');

  it('is the same for equal seeds, another for others, and the likeliest at temperature 0', () => {
    expect(generate({ seed: 1 })).toBe(generate({ seed: 1 }));
    expect(generate({ seed: 1 })).not.toBe(generate({ seed: 2 }));
    expect(generate({ temperature: 0, seed: 1 })).toBe(generate({ temperature: 0, seed: 2 }));
    expect(Array.from(generate({}))).toHaveLength(30);
  });

  it('goes on from all that came before, as if it were read anew', () => {
    const seen: number[] = [];
    const watched: Network = {
      ...network,
      predict: (batch) => {
        const result = network.predict(batch);
        seen.push(...result.outputs.slice(-4)); // of the last step
        return result;
      },
    };
    const written = Array.from(generateText(text, watched, { length: 20, prompt: 'ab', temperature: 2 })).join('');
    const whole = network.predict(encodeInputs(text, [`ab${written}`], place)).outputs;
    expect(seen).toEqual(Array.from(whole.subarray(4, -4)));
  });

  it('is drawn by the probabilities', () => {
    const drawn = Array.from({ length: 400 }, (_, seed) => generate({ seed, length: 1, prompt: 'a' }));
    const { values } = predictSequences(text, network, ['a'])[0]!;
    ['\n', 'a', 'b', '😀'].forEach((character, id) => {
      const share = drawn.filter((one) => one === character).length / drawn.length;
      expect(Math.abs(share - values[0]![id]!)).toBeLessThan(0.1);
    });
  });

  it('is refused of other models, of unknown characters, and below temperature 0', () => {
    expect(() => [...generateText(weather, network, {})]).toThrow(/Only a model of text/);
    const normalised = { ...text, spec: { ...text.spec, norm: 'batch-step' } } as const;
    expect(() => [...generateText(normalised, network, {})]).toThrow(/by the time steps of a sequence/);
    const dropped = { ...text, spec: { ...text.spec, recurrentDropout: 0.5 } };
    expect([...generateText(dropped, network, { length: 3 })]).toHaveLength(3);
    expect(() => generate({ prompt: 'x' })).toThrow(/training text/);
    expect(() => generate({ temperature: -1 })).toThrow(/from 0/);
  });
});

it('refuses what is no model of bridle', () => {
  const broken = { model: { cell: 'other' }, data: {}, params: new Float32Array(0) };
  expect(() => readStoredModel(broken, 'x')).toThrow(/The checkpoint x holds no model/);
});
