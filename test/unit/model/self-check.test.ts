import { beforeAll, describe, expect, it } from 'vitest';
import { probeIntegers, probeValues } from '../../../src/model/probe-values.js';
import { createNetwork } from '../../../src/model/network.js';
import { checkBackend, relativeError } from '../../../src/model/self-check.js';
import { canStackShards } from '../../../src/model/stacking.js';
import type { Tfjs } from '../../../src/model/tfjs.js';
import type { ModelSpec } from '../../../src/params/model-spec.js';
import { loadWasm } from './load-wasm.js';

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadWasm();
});

const factory = (backend: Tfjs) => (model: ModelSpec) => createNetwork(backend, model, { stackSizes: [1] });

describe('checkBackend', () => {
  it('passes a sound backend with a small error', () => {
    expect(checkBackend('wasm', factory(tf)).worst).toBeLessThan(1e-5);
  });

  it('refuses a backend whose tanh is off by a thousandth, naming tensor and error', () => {
    const broken: Tfjs = { ...tf, tanh: (x) => tf.mul(tf.tanh(x), 1.001) };
    expect(() => checkBackend('wasm', factory(broken))).toThrow(
      expect.objectContaining({
        code: 'BACKEND_SELF_CHECK',
        message: expect.stringMatching(/wasm .* of a small (rnn|lstm) is off by \d\.\de-\d/) as string,
      }),
    );
  });

  it('refuses a backend that answers NaN', () => {
    const broken: Tfjs = { ...tf, sigmoid: (x) => tf.mul(tf.sigmoid(x), NaN) };
    expect(() => checkBackend('wasm', factory(broken))).toThrow(
      expect.objectContaining({ code: 'BACKEND_SELF_CHECK' }),
    );
  });
});

describe('relativeError', () => {
  it('is relative to the expected size, and infinite for another length', () => {
    expect(relativeError([3, 4.5], [3, 4])).toBeCloseTo(0.1, 12);
    expect(relativeError([3], [3, 4])).toBe(Infinity);
  });
});

describe('canStackShards', () => {
  const spec: ModelSpec = {
    cell: 'lstm',
    layers: 1,
    inputs: 'dense',
    inputSize: 3,
    hiddenSize: 16,
    outputSize: 2,
    loss: 'softmax',
    targetsPer: 'sequence',
  };

  it('finds the backend out whose values depend on the number of rows', () => {
    expect(canStackShards(tf, spec, 2, 4)).toBe(true);
    const tanh: Tfjs['tanh'] = (x) => {
      const y = tf.tanh(x);
      return y.shape[0] === 12 ? tf.mul(y, 1 + 2e-7) : y;
    };
    const broken = { ...tf, tanh };
    expect(canStackShards(broken, spec, 2, 4)).toBe(false);
  });

  it('finds the backend out whose products over all steps depend on the number of rows', () => {
    expect(canStackShards(tf, spec, 2, 10)).toBe(true);
    const matMul = (...factors: Parameters<Tfjs['matMul']>) => {
      const product = tf.matMul(...factors);
      return product.shape[0] === 10 * 18 ? tf.mul(product, 1 + 2e-7) : product;
    };
    const broken = { ...tf, matMul: matMul as Tfjs['matMul'] };
    expect(canStackShards(broken, spec, 2, 10)).toBe(false);
  });

  it('says no without a try where a shard leaves a part of a vector', () => {
    const unused = {} as Tfjs;
    expect(canStackShards(unused, { ...spec, hiddenSize: 10 }, 1, 4)).toBe(false);
  });
});

describe('probe values', () => {
  it('are the numbers that the Python beside the fixtures makes', () => {
    expect([...probeValues(1, 3, 4)]).toEqual([-1.05419921875, -0.52294921875, 0.0169677734375]);
    expect([...probeIntegers(1, 3, 10)]).toEqual([6, 0, 6]);
  });
});
