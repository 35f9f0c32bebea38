// The boundary of the kernels, Node's addon and the WebAssembly module alike: whatever is wrong is an error with a code, never a crash.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseKernels, loadNativeAddon, nativeStatus } from '../../../src/backend/native-addon.js';
import { createNativeNetwork } from '../../../src/native/native-network.js';
import { wasmKernels } from '../../../src/native/wasm-addon.js';
import { layoutOfModel } from '../../../src/params/layout-of-model.js';
import type { ModelSpec } from '../../../src/params/model-spec.js';
import { addon, addonOf } from './native-case.js';

const spec: ModelSpec = {
  cell: 'lstm',
  layers: 1,
  inputs: 'ids',
  inputSize: 5,
  hiddenSize: 3,
  outputSize: 4,
  loss: 'softmax',
  targetsPer: 'sequence',
};
const { size } = layoutOfModel(spec);
const good = {
  rows: 2,
  steps: 2,
  lengths: Int32Array.of(2, 1),
  inputs: Int32Array.of(0, 1, 2, 3),
  targets: Int32Array.of(0, 3),
};

const withCode = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string });

function detached(): Int32Array {
  const values = Int32Array.of(0, 1, 2, 3);
  structuredClone(values, { transfer: [values.buffer] });
  return values;
}

describe.each([chooseKernels(addon), wasmKernels])('the boundary of %s', (kernels) => {
  function network(of: ModelSpec = spec) {
    const made = createNativeNetwork(addonOf(kernels), kernels, of, 1);
    made.setParams(new Float32Array(layoutOfModel(of).size));
    return made;
  }

  it.each([
    ['an id beyond the vocabulary', { inputs: Int32Array.of(0, 5, 2, 3) }, /id 5, wanted 0 to 4/],
    ['a negative id', { inputs: Int32Array.of(0, -1, 2, 3) }, /id -1/],
    ['a class beyond the outputs', { targets: Int32Array.of(0, 4) }, /class 4, wanted 0 to 3/],
    ['a length beyond the steps', { lengths: Int32Array.of(3, 1) }, /Row 0 has length 3, wanted 0 to 2/],
    ['a negative length', { lengths: Int32Array.of(2, -1) }, /Row 1 has length -1/],
    ['too few lengths', { lengths: Int32Array.of(2) }, /lengths must be .* 2 values/],
    ['too few inputs', { inputs: Int32Array.of(0, 1, 2) }, /inputs must be .* 4 values/],
    ['inputs of another type', { inputs: Float32Array.of(0, 1, 2, 3) }, /inputs must be/],
    ['targets of another type', { targets: Float32Array.of(0, 3) }, /targets must be/],
    ['a buffer that was handed to another thread', { inputs: detached() }, /inputs must be .* 4 values.*got 0/],
  ])('refuses %s', (_, wrong, message) => {
    const grads = [new Float32Array(size)];
    expect(() => network().gradients([{ ...good, ...wrong }], grads)).toThrow(withCode('NATIVE_BATCH', message));
    expect(() => network().evaluate([{ ...good, ...wrong }])).toThrow(withCode('NATIVE_BATCH', message));
  });

  it('reads nothing of a row that is masked', () => {
    const masked = {
      ...good,
      lengths: Int32Array.of(2, 0),
      inputs: Int32Array.of(0, 9, 2, -7),
      targets: Int32Array.of(0, 99),
    };
    expect(network().evaluate([masked])).toMatchObject([{ count: 1 }]);
  });

  it('refuses sizes that no float can have, and numbers that are none', () => {
    for (const rows of [-1, 0.5, NaN, 2 ** 31]) {
      expect(() => network().evaluate([{ ...good, rows }])).toThrow(withCode('NATIVE_ARGUMENT', /rows must be/));
    }
    const many = { ...good, rows: 2 ** 20, steps: 2 ** 20 };
    expect(() => network().evaluate([many])).toThrow(withCode('NATIVE_BATCH', /at most 2\^30/));
    expect(() => createNativeNetwork(addonOf(kernels), kernels, { ...spec, hiddenSize: 0 }, 1)).toThrow(
      withCode('NATIVE_ARGUMENT', /hiddenSize must be/),
    );
    expect(() => createNativeNetwork(addonOf(kernels), kernels, spec, 0)).toThrow(
      withCode('NATIVE_ARGUMENT', /threads must be/),
    );
  });

  it('refuses gradients and parameters of the wrong size', () => {
    const small = [new Float32Array(size - 1)];
    expect(() => network().gradients([good], small)).toThrow(withCode('NATIVE_BATCH', /gradient must be/));
    expect(() => network().gradients([good], [])).toThrow(withCode('NATIVE_BATCH', /1 shards came with 0/));
    expect(() => network().setParams(new Float32Array(size + 1))).toThrow(withCode('MODEL_PARAMS_SIZE', /parameters/));
  });

  it('wants parameters first, and again after dispose', () => {
    const fresh = createNativeNetwork(addonOf(kernels), kernels, spec, 1);
    expect(() => fresh.evaluate([good])).toThrow(withCode('MODEL_PARAMS_MISSING', /setParams/));
    fresh.setParams(new Float32Array(size));
    fresh.dispose();
    fresh.dispose();
    expect(() => fresh.evaluate([good])).toThrow(withCode('MODEL_PARAMS_MISSING', /setParams/));
    fresh.setParams(new Float32Array(size));
    expect(fresh.evaluate([good])).toMatchObject([{ count: 2, loss: 2 * Math.log(4) }]);
  });

  it('refuses objects that are no networks', () => {
    for (const wrong of [{}, 5, undefined]) {
      expect(() => addonOf(kernels).setParams(wrong as never, new Float32Array(size))).toThrow(
        withCode('NATIVE_ARGUMENT', /createNetwork returned/),
      );
    }
    expect(() => addonOf(kernels).run(undefined as never, [], [], new Float64Array())).toThrow(
      withCode('NATIVE_ARGUMENT', /createNetwork returned/),
    );
    expect(() => addonOf(kernels).createNetwork('sse9', {} as never, 1)).toThrow(withCode('NATIVE_ARGUMENT', /sse9/));
  });

  it('lets NaN through to the loss and the gradient, where the run looks for it', () => {
    const dense: ModelSpec = { ...spec, inputs: 'dense', inputSize: 1 };
    const batch = { ...good, inputs: Float32Array.of(0, 1, NaN, 1) };
    const grads = [new Float32Array(layoutOfModel(dense).size)];
    const [result] = network(dense).gradients([batch], grads);
    expect(result?.loss).toBeNaN();
    expect(grads[0]?.some(Number.isNaN)).toBe(true);
  });

  it('gives a shard without rows a gradient of zeros', () => {
    const empty = { ...good, lengths: Int32Array.of(0, 0) };
    const grads = [new Float32Array(size).fill(7), new Float32Array(size).fill(7)];
    expect(network().gradients([empty, good], grads)).toMatchObject([{ loss: 0, count: 0 }, { count: 2 }]);
    expect(grads[0]?.every((value) => value === 0)).toBe(true);
  });
});

it("leaves JavaScript's own subnormal numbers alone", () => {
  const network = createNativeNetwork(addon, chooseKernels(addon), spec, 1);
  network.setParams(new Float32Array(size));
  network.evaluate([good]);
  expect(2 ** -1074 * 1).toBeGreaterThan(0);
  expect(Math.fround(2 ** -140) * 0.5).toBe(2 ** -141);
});

it('takes the kernels that BRIDLE_KERNELS names, and refuses others', () => {
  expect(chooseKernels(addon, 'portable')).toBe('portable');
  expect(chooseKernels(addon, undefined)).toBe(addon.kernels()[0]);
  expect(() => chooseKernels(addon, 'sse9')).toThrow(withCode('NATIVE_KERNELS', /sse9.*portable/));
});

it('says what to type where it is not compiled, and that a file is no addon', () => {
  expect(nativeStatus(['/nowhere'])).toMatchObject({ available: false, fix: 'npx bridle setup' });
  const folder = mkdtempSync(join(tmpdir(), 'bridle-native-'));
  try {
    const path = join(folder, 'bridle.node');
    writeFileSync(path, 'no library');
    expect(nativeStatus([path]).available).toBe(true);
    expect(() => loadNativeAddon([path])).toThrow(withCode('BACKEND_FAILED', /do not load/));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
