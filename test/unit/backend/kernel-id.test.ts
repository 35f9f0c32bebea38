import { describe, expect, it } from 'vitest';
import {
  executionOf,
  nativeKernelId,
  parseInstructionSet,
  tensorflowKernelId,
  tfjsWasmKernelId,
  wasmKernelId,
  webgpuKernelId,
} from '../../../src/backend/kernel-id.js';

const build = {
  tfjsVersion: '4.22.0',
  tensorflowVersion: '2.21.0',
  isGpu: false,
  hasOneDnn: true,
  instructionSet: 'avx512',
  threads: 1,
  execution: 'eager',
} as const;

describe('the kernel id', () => {
  it('names all that fixes the bits of TensorFlow', () => {
    expect(tensorflowKernelId(build)).toBe('tensorflow/2 tfjs-4.22.0 tf-2.21.0 onednn avx512 intra-1 eager');
  });

  it('changes with each thing that changes the bits', () => {
    const changes = [
      { tfjsVersion: '4.23.0' },
      { tensorflowVersion: '2.15.1' },
      { isGpu: true },
      { hasOneDnn: false },
      { instructionSet: 'avx2' as const },
      { threads: 2 },
      { execution: 'captured' as const },
    ];
    const ids = changes.map((change) => tensorflowKernelId({ ...build, ...change }));
    expect(new Set([tensorflowKernelId(build), ...ids]).size).toBe(changes.length + 1);
  });

  it('tells how steps run', () => {
    expect(executionOf(nativeKernelId)).toBe('native');
    expect(executionOf(wasmKernelId)).toBe('native');
    expect(executionOf(tensorflowKernelId(build))).toBe('eager');
    expect(executionOf(tensorflowKernelId({ ...build, execution: 'captured' }))).toBe('captured');
    expect(executionOf(tfjsWasmKernelId({ tfjsVersion: '4.22.0', hasSimd: true }))).toBe('eager');
  });

  it('tells tfjs on WebAssembly with and without SIMD apart, and from our kernels', () => {
    expect(tfjsWasmKernelId({ tfjsVersion: '4.22.0', hasSimd: true })).toBe('wasm/2 tfjs-4.22.0 simd eager');
    expect(tfjsWasmKernelId({ tfjsVersion: '4.22.0', hasSimd: false })).toBe('wasm/2 tfjs-4.22.0 scalar eager');
    expect(wasmKernelId).toBe('wasm/1');
  });
});

describe('the kernel id of WebGPU', () => {
  const card = { vendor: 'google', architecture: 'swiftshader', device: 'subzero-', description: 'Driver 5.0 (x)' };

  it('names the card and its driver, in words of plain letters', () => {
    expect(webgpuKernelId({ tfjsVersion: '4.22.0', dawnVersion: '0.6.2', ...card })).toBe(
      'webgpu/2 tfjs-4.22.0 dawn-0.6.2 google swiftshader subzero Driver-5.0-x eager',
    );
  });
});

describe('the instruction set', () => {
  const cpuInfo = (flags: string) => `processor\t: 0\nmodel name\t: x\nflags\t\t: fpu ${flags} nx\nbogomips\t: 1\n`;

  it.each([
    ['avx2 fma avx512f avx512dq', 'avx512'],
    ['avx avx2 fma', 'avx2'],
    ['avx2', 'baseline'], // avx2 without fma
    ['avx512fp16 fma', 'baseline'], // no word may match by its beginning
  ])('of flags "%s" is %s', (flags, expected) => {
    expect(parseInstructionSet('x64', cpuInfo(flags))).toBe(expected);
  });

  it('is baseline on an x64 machine that does not say', () => {
    expect(parseInstructionSet('x64', undefined)).toBe('baseline');
    expect(parseInstructionSet('arm64', undefined)).toBe('arm64');
  });
});
