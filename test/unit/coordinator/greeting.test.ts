// Who may join a run.
import { describe, expect, it } from 'vitest';
import { checkHello, type GreetingRules } from '../../../src/coordinator/greeting.js';
import { decodeControl, encodeControl, type ControlBodies } from '../../../src/protocol/control.js';

const rules: GreetingRules = {
  kernelId: 'wasm/1/simd',
  backend: 'auto',
  execution: 'auto',
  allowMixedKernels: false,
  wire: 'f32',
};

function hello(changes: object = {}): ControlBodies['hello'] {
  const message = decodeControl(
    encodeControl({ hello: { protocolMajor: 1, protocolMinor: 0, kernelId: 'wasm/1/simd', name: 'w', ...changes } }),
  );
  if (message.kind !== 'hello') throw new Error('not a Hello');
  return message.body;
}

const refusal = (code: string, message: RegExp): unknown =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('a worker', () => {
  it('with the same kernel joins, and the lower minor version is spoken', () => {
    expect(checkHello(hello(), rules)).toBe(0);
    expect(checkHello(hello({ protocolMinor: 9 }), rules)).toBe(3);
  });

  it('with another major version is refused with both versions', () => {
    expect(() => checkHello(hello({ protocolMajor: 2, protocolMinor: 3 }), rules)).toThrow(
      refusal('VERSION_MISMATCH', /protocol 1\.3, the worker 2\.3/),
    );
  });

  it('with another kernel is refused with both ids and the way out', () => {
    expect(() => checkHello(hello({ kernelId: 'wasm/1/none' }), rules)).toThrow(
      refusal('KERNEL_MISMATCH', /"wasm\/1\/simd".*"wasm\/1\/none".*--allow-mixed-kernels/),
    );
  });

  it('with another kernel joins where mixed kernels are allowed, whatever the backend', () => {
    const mixed = { ...rules, backend: 'tensorflow', allowMixedKernels: true } as const;
    expect(checkHello(hello({ kernelId: 'other/2' }), mixed)).toBe(0);
  });

  it('that comes first fixes the kernel, unless the run wants another backend', () => {
    expect(checkHello(hello({ kernelId: 'any/3' }), { ...rules, kernelId: undefined })).toBe(0);
    expect(() => checkHello(hello(), { ...rules, kernelId: undefined, backend: 'tensorflow' })).toThrow(
      refusal('BACKEND_MISMATCH', /wants backend tensorflow, the worker runs wasm\/1\/simd/),
    );
    // Only the whole name counts.
    expect(() =>
      checkHello(hello({ kernelId: 'wasmer/1' }), { ...rules, kernelId: undefined, backend: 'wasm' }),
    ).toThrow(refusal('BACKEND_MISMATCH', /wasmer/));
  });

  it('on the native kernels is refused where the model needs tfjs, before it fixes the kernel', () => {
    const parts = { ...rules, kernelId: undefined, needsTfjs: true };
    for (const kernelId of ['native/1', 'wasm/1'])
      expect(() => checkHello(hello({ kernelId }), parts)).toThrow(refusal('BACKEND_MISMATCH', /--execution eager/));
    expect(checkHello(hello({ kernelId: 'wasm/2 tfjs-4.22.0 simd eager' }), parts)).toBe(0);
  });

  it('that gathers no statistics is refused where a step needs them', () => {
    const collecting = { ...rules, collects: true };
    expect(() => checkHello(hello(), collecting)).toThrow(refusal('COLLECT_UNSUPPORTED', /--norm batch/));
    expect(checkHello(hello({ capabilities: ['collect'] }), collecting)).toBe(0);
  });

  it('that runs its steps otherwise than the run wants is refused, although it comes first', () => {
    const captured = { ...rules, kernelId: undefined, execution: 'captured' } as const;
    expect(checkHello(hello({ kernelId: 'tensorflow/2 captured' }), captured)).toBe(0);
    expect(() => checkHello(hello({ kernelId: 'tensorflow/2 eager' }), captured)).toThrow(
      refusal('EXECUTION_MISMATCH', /--execution captured, the worker runs tensorflow\/2 eager/),
    );
  });

  it.each([
    ['a long name', { name: 'x'.repeat(257) }],
    ['a name with control characters', { name: 'w\u001b[2J' }],
    ['a block name of another length', { heldBlocks: [new Uint8Array(15)] }],
    ['too many block names', { heldBlocks: Array.from({ length: 8193 }, () => new Uint8Array(16)) }],
    ['too many capabilities', { capabilities: Array.from({ length: 65 }, () => 'c') }],
    ['a long kernel id', { kernelId: 'k'.repeat(257) }],
  ])('with %s is refused even where mixed kernels are allowed', (_what, changes) => {
    expect(() => checkHello(hello(changes), { ...rules, allowMixedKernels: true })).toThrow(
      refusal('HELLO_INVALID', /Hello/),
    );
  });
});
