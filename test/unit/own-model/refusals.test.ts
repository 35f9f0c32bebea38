// What is refused of a user's model before anything is computed, by the name of what is wrong: docs/own-model.md.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataSpec } from '../../../src/data/data-spec.js';
import { layersLossAndCounts, loadLayers } from '../../../src/model/layers-model.js';
import type { Tfjs } from '../../../src/model/tfjs.js';
import { checkTopology } from '../../../src/own-model/check-topology.js';
import { readOwnModel, requireTellable } from '../../../src/own-model/read-own-model.js';
import type { OwnModelSpec } from '../../../src/params/own-model-spec.js';
import { loadWasm } from '../model/load-wasm.js';

const folder = mkdtempSync(join(tmpdir(), 'bridle-own-model-'));
afterAll(() => rmSync(folder, { recursive: true }));

const data: DataSpec = {
  name: 'own',
  inputs: { kind: 'dense', dtype: 'f32', features: 2, scale: 1 },
  targets: { kind: 'value', size: 1, per: 'sequence' },
  maxLength: 4,
};
const refused = (code: string, message: RegExp): unknown =>
  expect.objectContaining({ code, exitCode: 2, message: expect.stringMatching(message) });
const layer = (className: string, config: object) => ({ class_name: className, config: { name: 'here', ...config } });

describe('a layer that cannot be trained here', () => {
  it.each<[string, object, RegExp]>([
    [
      'BatchNormalization',
      {},
      /BatchNormalization "here" keeps running statistics.*LayerNormalization, or .*defineModel/,
    ],
    ['LSTM', { stateful: true }, /LSTM "here" is stateful: save it with stateful: false/],
    ['Dense', { trainable: false }, /Dense "here" is frozen.*trainable: true/],
    ['GaussianNoise', { stddev: 1 }, /GaussianNoise "here" draws random numbers.*use Dropout/],
    ['GaussianDropout', { rate: 0.1 }, /draws random numbers/],
    ['AlphaDropout', { rate: 0.1 }, /draws random numbers/],
    ['SpatialDropout1D', { rate: 0.1 }, /draws random numbers/],
    ['GRU', { recurrent_dropout: 0.1 }, /GRU "here" draws random numbers/],
    ['GRU', { dropout: 0.1 }, /draws random numbers/],
    ['Dropout', { rate: 0.1, noise_shape: [1, 2] }, /has a noise shape: leave it out/],
    ['Dense', { kernel_regularizer: layer('L1L2', {}) }, /has a kernel_regularizer: .*--l1 or --l2/],
    ['Dense', { activity_regularizer: layer('L1L2', {}) }, /has a activity_regularizer/],
    ['LSTM', { recurrent_constraint: layer('MaxNorm', {}) }, /has a recurrent_constraint, which is not applied/],
  ])('%s %j is refused by its name, with the way out', (className, config, message) => {
    const inside = layer('Sequential', {
      layers: [layer('Dense', {}), layer('Bidirectional', { layer: layer(className, config) })],
    });
    expect(() => checkTopology('model.json', inside)).toThrow(refused('LAYERS_UNSUPPORTED', message));
  });

  it('is no layer of the usual kind: LSTM, GRU, Dense, Dropout, LayerNormalization pass', () => {
    const usual = ['LSTM', 'GRU', 'Dense', 'LayerNormalization'].map((name) =>
      layer(name, { kernel_regularizer: null }),
    );
    const whole = layer('Sequential', { layers: [...usual, layer('Dropout', { rate: 0.2, noise_shape: null })] });
    expect(() => checkTopology('model.json', whole)).not.toThrow();
  });
});

describe('a tf.LayersModel', () => {
  let tf: Tfjs;
  beforeAll(async () => {
    tf = await loadWasm();
  });
  const dense = layer('Dense', { units: 2, activation: 'relu', batch_input_shape: [null, 2] });
  const sequential = {
    class_name: 'Sequential',
    config: { name: 'm', layers: [{ ...dense, config: { ...dense.config, name: 'd' } }] },
  };

  it('is refused where the last activation does not fit the loss', async () => {
    const loaded = await loadLayers(tf, 'model.json', sequential);
    const names = ['d/kernel', 'd/bias'];
    const make = (loss: 'softmax' | 'binary') => () => layersLossAndCounts(loaded, 'model.json', names, loss);
    expect(make('softmax')).toThrow(
      refused('LAYERS_UNSUPPORTED', /activation relu; the loss softmax takes softmax or linear/),
    );
    expect(make('binary')).toThrow(refused('LAYERS_UNSUPPORTED', /takes sigmoid or linear/));
    const other = () => layersLossAndCounts(loaded, 'model.json', ['d/kernel'], 'squared-error');
    expect(other).toThrow(refused('LAYERS_FILE', /manifest and its topology differ/));
  });

  it('is refused where tfjs cannot build it, or it has not one input and one output', async () => {
    const nothing = layer('Nothing', {});
    await expect(loadLayers(tf, 'model.json', nothing)).rejects.toEqual(refused('LAYERS_FILE', /tfjs cannot build/));
    const inputs = ['a', 'b'].map((name) => ({
      class_name: 'InputLayer',
      config: { name, batch_input_shape: [null, 2], dtype: 'float32' },
      name,
      inbound_nodes: [],
    }));
    const two = {
      class_name: 'Model',
      config: {
        name: 'two',
        layers: inputs,
        input_layers: [
          ['a', 0, 0],
          ['b', 0, 0],
        ],
        output_layers: [
          ['a', 0, 0],
          ['b', 0, 0],
        ],
      },
    };
    await expect(loadLayers(tf, 'model.json', two)).rejects.toEqual(
      refused('LAYERS_UNSUPPORTED', /has 2 inputs and 2 outputs; wanted one of each/),
    );
  });

  const saved = (changes: object, weights: object = {}) =>
    JSON.stringify({
      modelTopology: sequential,
      weightsManifest: [
        { paths: ['w.bin'], weights: [{ name: 'd/kernel', shape: [2, 2], dtype: 'float32', ...weights }] },
      ],
      ...changes,
    });

  it.each<[string, string, Float32Array | undefined, RegExp]>([
    ['is not JSON', '{', undefined, /is not JSON/],
    ['is another file', '{"a":1}', undefined, /is no saved tf\.LayersModel: .*modelTopology/s],
    ['is quantized', saved({}, { dtype: 'uint8' }), undefined, /weight d\/kernel is uint8; wanted float32/],
    [
      'lacks its weights',
      saved({ weightsManifest: [{ paths: ['none.bin'], weights: [{ name: 'd', shape: [1], dtype: 'float32' }] }] }),
      undefined,
      /none\.bin cannot be read \(ENOENT\)/,
    ],
    [
      'reaches outside',
      saved({ weightsManifest: [{ paths: ['../w.bin'], weights: [{ name: 'd', shape: [1], dtype: 'float32' }] }] }),
      undefined,
      /lies outside its folder/,
    ],
    ['has weights of another size', saved({}), new Float32Array(3), /12 bytes, the manifest says 16/],
    ['has weights that are no numbers', saved({}), new Float32Array(4).fill(NaN), /not finite/],
  ])('that %s is refused', async (_, text, weights, message) => {
    const path = join(folder, 'model.json');
    writeFileSync(path, text);
    if (weights) writeFileSync(join(folder, 'w.bin'), weights);
    const reading = readOwnModel(path, data, () => 'squared-error');
    await expect(reading).rejects.toEqual(refused('LAYERS_FILE', message));
  });
});

describe('a module', () => {
  it.each<[string, string, string, RegExp]>([
    ['text', 'export default 3;', 'MODEL_DEFINITION', /must be an object, got number/],
    [
      'no-loss',
      'export default { params: {} };',
      'MODEL_DEFINITION',
      /lossAndCounts must be a function, got undefined/,
    ],
    [
      'more',
      'export default { lossAndCounts() {}, params: {}, loss: 1 };',
      'MODEL_DEFINITION',
      /has "loss", which means nothing/,
    ],
    ['none', 'export const params = 1;', 'MODULE_DEFAULT', /must have a default export.*exports params/],
    ['no-params', 'export default { lossAndCounts() {} };', 'MODEL_PARAMS', /params must be an object of \{ shape \}/],
    ['empty', 'export default { params: {}, lossAndCounts() {} };', 'MODEL_PARAMS', /at least one parameter, got none/],
    [
      'name',
      'export default { params: { "a b": { shape: [1] } }, lossAndCounts() {} };',
      'MODEL_PARAMS',
      /the name "a b"/,
    ],
    [
      'shape',
      'export default { params: { a: { shape: [0] } }, lossAndCounts() {} };',
      'MODEL_PARAMS',
      /params\.a\.shape .*got \[0\]/,
    ],
    [
      'group',
      'export default { params: { a: { shape: [1], group: "x" } }, lossAndCounts() {} };',
      'MODEL_PARAMS',
      /params\.a\.group must be one of/,
    ],
    [
      'init',
      'export default { params: { a: { shape: [1], initializer: "x" } }, lossAndCounts() {} };',
      'MODEL_PARAMS',
      /params\.a\.initializer must be/,
    ],
    [
      'throws',
      'export default { params: () => null.a, lossAndCounts() {} };',
      'MODEL_PARAMS',
      /its function params failed: TypeError/,
    ],
  ])('%s.mjs is refused', async (name, text, code, message) => {
    const path = join(folder, `${name}.mjs`);
    writeFileSync(path, text);
    const reading = readOwnModel(path, data, () => 'squared-error');
    await expect(reading).rejects.toEqual(refused(code, message));
  });

  it('whose names no message can hold is refused', () => {
    const params = Array.from({ length: 500 }, (_, i) => ({
      name: `${i}${'x'.repeat(150)}`,
      shape: [1],
      group: 'bias' as const,
    }));
    const spec: OwnModelSpec = { own: 'module', name: 'm.mjs', files: [], params };
    expect(() => requireTellable(spec)).toThrow(refused('MODEL_TOO_LARGE', /500 parameters.*Join some/));
  });
});
