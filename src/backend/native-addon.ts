// The native kernels as an addon: where it lies, what it offers, which of its kernels this processor runs.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { BridleError, ConfigError, exitCodes } from '../errors.js';
import type { BackendStatus } from './available-backends.js';

/** The shape of a network as the addon reads it. */
export interface NativeShape {
  readonly isLstm: boolean;
  readonly layers: number;
  readonly hasIds: boolean;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly outputSize: number;
  readonly isSoftmax: boolean;
  readonly isPerStep: boolean;
}

/** A shard as the addon reads it: src/data/shard-batch.ts. */
export interface NativeShard {
  readonly rows: number;
  readonly steps: number;
  readonly lengths: Int32Array;
  readonly inputs: Float32Array | Int32Array;
  readonly targets: Float32Array | Int32Array;
}

/** Opaque: what `createNetwork` returns, and the garbage collector frees if `disposeNetwork` does not. */
export interface NativeHandle {
  readonly [nativeHandle]: never;
}
declare const nativeHandle: unique symbol;

export interface NativeAddon {
  /** Names of the kernels that this processor can run, the fastest first. */
  kernels(): string[];
  createNetwork(kernels: string, shape: NativeShape, threads: number): NativeHandle;
  disposeNetwork(network: NativeHandle): void;
  setParams(network: NativeHandle, params: Float32Array): void;
  /** `grads` is empty to evaluate; `results` [shards, 3] gets loss, count and correct. */
  run(
    network: NativeHandle,
    shards: readonly NativeShard[],
    grads: readonly Float32Array[],
    results: Float64Array,
  ): void;
  /** For tests: 0 exp of values up to 0, 1 tanh, 2 logistic. */
  elementary(kernels: string, which: 0 | 1 | 2, input: Float32Array, result: Float32Array): void;
}

const require = createRequire(import.meta.url);

/** Where the set-up puts the addon: in the package's own folder, from src/ and from dist/. */
export const nativeAddonPath = fileURLToPath(new URL('../../.bridle/native/bridle.node', import.meta.url));

/** Says whether the addon is there. */
export function nativeStatus(path = nativeAddonPath): BackendStatus {
  if (existsSync(path)) return { name: 'native', available: true, reason: 'The kernels are compiled.' };
  const reason = 'The kernels are not compiled; that takes a C++ compiler and some seconds.';
  return { name: 'native', available: false, reason, fix: 'npx bridle setup' };
}

/** Loads the addon. Throws `BACKEND_FAILED`. */
export function loadNativeAddon(path = nativeAddonPath): NativeAddon {
  try {
    return require(path) as NativeAddon;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The native kernels are compiled but do not load: ${reason} Try: npx bridle setup`;
    throw new BridleError('BACKEND_FAILED', message, exitCodes.unexpected, { cause: error });
  }
}

/**
 * Chooses the kernels: the fastest, or those that BRIDLE_KERNELS names, since all give the same bits and tests compare them.
 * Throws `NATIVE_KERNELS`.
 */
export function chooseKernels(addon: NativeAddon, wanted = process.env['BRIDLE_KERNELS']): string {
  const names = addon.kernels();
  const chosen = wanted === undefined ? names[0] : names.find((name) => name === wanted);
  if (chosen !== undefined) return chosen;
  throw new ConfigError('NATIVE_KERNELS', `BRIDLE_KERNELS is "${wanted}"; this processor runs ${names.join(', ')}.`);
}
