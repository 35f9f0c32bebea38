// Laws of the kernels' boundary, Node's addon and the WebAssembly module alike: whatever is handed over, a call returns or throws an
// error with a code of the boundary. A crash would end this process.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseKernels } from '../../src/backend/native-addon.js';
import type { NativeAddon, NativeHandle } from '../../src/native/addon.js';
import { wasmKernels } from '../../src/native/wasm-addon.js';
import { breadth } from '../breadth.js';
import { addon, addonOf } from '../unit/native/native-case.js';

const codes = ['NATIVE_ARGUMENT', 'NATIVE_BATCH', 'NATIVE_MEMORY'];
const runs = breadth({ unit: 200, sweep: 400, full: 20_000 });

function detached(): Float32Array {
  const values = new Float32Array(4);
  structuredClone(values, { transfer: [values.buffer] });
  return values;
}

const anything = fc.constantFrom<unknown>(
  ...[undefined, null, true, NaN, Infinity, -1, -0, 0.5, 3, 300, 2 ** 31, 2 ** 32 + 1, 2 ** 53, 10n, '', 'portable'],
  ...[
    {},
    [],
    [[]],
    [undefined],
    () => 1,
    Symbol('shard'),
    new Map(),
    new ArrayBuffer(16),
    new DataView(new ArrayBuffer(16)),
  ],
  ...[
    new Float32Array(),
    new Float32Array(2),
    new Float64Array(3),
    new Int32Array(2),
    new Uint8Array(8),
    new BigInt64Array(2),
  ],
  ...[detached(), new Float32Array(new SharedArrayBuffer(16)), new Int32Array([9, -9]), new Proxy({}, {})],
);

const shape = {
  cell: 1,
  layers: 2,
  hasIds: false,
  inputSize: 2,
  embeddingSize: 0,
  hiddenSize: 3,
  directions: 1,
  outputSize: 2,
  loss: 1,
  isPerStep: false,
  dropout: 0.5,
};
const numParams = 4 * 3 * (2 + 3 + 2) + 4 * 3 * (3 + 3 + 2) + 2 * 3 + 2;
const shard = {
  rows: 2,
  steps: 2,
  lengths: Int32Array.of(2, 1),
  inputs: new Float32Array(8),
  targets: new Float32Array(4),
  dropoutKeys: new Uint32Array(4),
};

/** A valid value with some of its fields replaced, or something else altogether. */
function spoilt(value: object): fc.Arbitrary<unknown> {
  const fields = fc.constantFrom(...Object.keys(value));
  const changes = fc.array(fc.tuple(fields, anything), { minLength: 0, maxLength: 2 });
  const changed = changes.map((pairs) => ({ ...value, ...Object.fromEntries(pairs) }));
  return fc.oneof({ weight: 8, arbitrary: changed }, { weight: 1, arbitrary: anything });
}

function expectCode(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    expect(codes, String(error)).toContain((error as { code?: unknown }).code);
  }
}

describe.each([chooseKernels(addon), wasmKernels])('at the boundary of %s', (kernels) => {
  const face = addonOf(kernels) as unknown as Record<keyof NativeAddon, (...args: unknown[]) => unknown>;
  function network(): NativeHandle {
    const made = face.createNetwork(kernels, shape, 1) as NativeHandle;
    face.setParams(made, new Float32Array(numParams));
    return made;
  }

  it('a network is made of a whole shape or of none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constant(kernels), anything), spoilt(shape), anything, (name, given, threads) =>
        expectCode(() => face.createNetwork(name, given, threads === 300 ? 1 : threads)),
      ),
      { numRuns: runs },
    );
  });

  it('a run takes shards, gradients and results that fit, and no others', () => {
    const made = network();
    const shards = fc.oneof(fc.array(spoilt(shard), { maxLength: 3 }), anything);
    const grad = fc.oneof(fc.constant(new Float32Array(numParams)), anything);
    const results = fc.oneof(
      fc.nat(3).map((count) => new Float64Array(3 * count)),
      anything,
    );
    fc.assert(
      fc.property(shards, fc.oneof(fc.array(grad, { maxLength: 3 }), anything), results, (batch, grads, into) =>
        expectCode(() => face.run(made, batch, grads, into)),
      ),
      { numRuns: runs },
    );
    const after = new Float64Array(3);
    face.run(made, [shard], [new Float32Array(numParams)], after); // it works as before
    expect(after[1]).toBe(2);
  });

  it('no other value is a network, and none has other parameters', () => {
    const made = network();
    const handle = fc.oneof(fc.constant(made), anything);
    fc.assert(
      fc.property(handle, anything, (given, params) => {
        expectCode(() => face.setParams(given, params));
        expectCode(() => face.run(given, [], [], new Float64Array()));
        expectCode(() => face.predict(given, params, params));
        expectCode(() => face.predict(made, shard, params));
        expectCode(() => face.elementary(kernels, given, params, params));
        if (given !== made) expectCode(() => face.disposeNetwork(given));
      }),
      { numRuns: runs },
    );
  });

  it('numbers that are not finite go through, and come out as such', () => {
    const made = network();
    const value = fc.constantFrom(NaN, Infinity, -Infinity, 3e38, -3e38, 1e-45, 0, 1);
    const grad = new Float32Array(numParams);
    const results = new Float64Array(3);
    const values = (length: number) => fc.array(value, { minLength: length, maxLength: length });
    fc.assert(
      fc.property(values(8), values(4), values(numParams), (inputs, targets, params) => {
        face.setParams(made, Float32Array.from(params));
        const given = { ...shard, inputs: Float32Array.from(inputs), targets: Float32Array.from(targets) };
        face.run(made, [given], [grad], results);
        expect(results[1]).toBe(2);
      }),
      { numRuns: runs / 10 },
    );
  });
});
