// The kernel id: a short name for everything beside (config, seed, shards) that fixes the bits of a run.

import type { Execution, TfjsExecution } from './backend.js';

/** Raised with any change to the arithmetic of the native kernels. */
export const computeVersion = 1;

/** Raised with any change to what src/model/ asks of tfjs. */
export const tfjsComputeVersion = 2;

/** What a processor can do, as far as the libraries choose their kernels by it. */
export type InstructionSet = 'avx512' | 'avx2' | 'baseline' | 'arm64';

/** Names the bits of the native kernels: `native/1`. Nothing of the machine is in it, since nothing of it reaches a bit. */
export const nativeKernelId = `native/${computeVersion}`;

/** Names the bits of the kernels as WebAssembly: `wasm/1`. It rounds a product and its sum apart, on every machine alike. */
export const wasmKernelId = `wasm/${computeVersion}`;

export interface TensorFlowBuild {
  readonly tfjsVersion: string;
  readonly tensorflowVersion: string;
  readonly isGpu: boolean;
  readonly hasOneDnn: boolean;
  readonly instructionSet: InstructionSet;
  readonly threads: number;
  readonly execution: TfjsExecution;
}

/** Names the bits of TensorFlow: `tensorflow/2 tfjs-4.22.0 tf-2.21.0 onednn avx512 intra-1 captured`. */
export function tensorflowKernelId(build: TensorFlowBuild): string {
  const device = build.isGpu ? ['cuda'] : [build.hasOneDnn ? 'onednn' : 'eigen', build.instructionSet];
  return [
    `tensorflow/${tfjsComputeVersion}`,
    `tfjs-${build.tfjsVersion}`,
    `tf-${build.tensorflowVersion}`,
    ...device,
    `intra-${build.threads}`,
    build.execution,
  ].join(' ');
}

/** Names the bits of tfjs on its own WebAssembly backend: `wasm/2 tfjs-4.22.0 simd eager`. */
export function tfjsWasmKernelId(build: { readonly tfjsVersion: string; readonly hasSimd: boolean }): string {
  return `wasm/${tfjsComputeVersion} tfjs-${build.tfjsVersion} ${build.hasSimd ? 'simd' : 'scalar'} eager`;
}

export interface WebgpuBuild {
  readonly tfjsVersion: string;
  readonly dawnVersion: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  /** The driver and its version. */
  readonly description: string;
}

/** Names the bits of eager WebGPU: `webgpu/2 tfjs-4.22.0 dawn-0.6.2 google swiftshader SwiftShader-driver-5.0.0 eager`. */
export function webgpuKernelId(build: WebgpuBuild): string {
  const card = [build.vendor, build.architecture, build.device, build.description];
  return [
    `webgpu/${tfjsComputeVersion}`,
    `tfjs-${build.tfjsVersion}`,
    `dawn-${build.dawnVersion}`,
    ...card.map((name) => name.replace(/[^A-Za-z0-9.]+/g, '-').replace(/^-|-$/g, '')).filter((name) => name !== ''),
    'eager',
  ].join(' ');
}

/**
 * Reads the instruction set out of the text of Linux's /proc/cpuinfo, or takes it from the architecture alone.
 * Without the text an x64 machine counts as `baseline`: too careful costs a refused mixture, too bold costs the bits.
 */
export function parseInstructionSet(arch: string, cpuInfo: string | undefined): InstructionSet {
  if (arch === 'arm64') return 'arm64';
  const flags = new Set(
    /^flags\s*:(.*)$/m
      .exec(cpuInfo ?? '')?.[1]
      ?.trim()
      .split(/\s+/),
  );
  if (flags.has('avx512f')) return 'avx512';
  return flags.has('avx2') && flags.has('fma') ? 'avx2' : 'baseline';
}

/** Reads how many threads a kernel id names; undefined: no bit depends on it. */
export function threadsOf(kernelId: string): number | undefined {
  const named = / intra-(\d+)( |$)/.exec(kernelId)?.[1];
  return named === undefined ? undefined : Number(named);
}

/** Reads how a worker of this kernel id runs its steps; on kernels of our own there is one way. */
export function executionOf(kernelId: string): Execution {
  if (kernelId.endsWith(' captured')) return 'captured';
  return kernelId.endsWith(' eager') ? 'eager' : 'native';
}
