// The native kernels as an addon of Node: where it lies, which of its kernels this processor runs.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { BridleError, ConfigError, exitCodes } from '../errors.js';
import type { NativeAddon } from '../native/addon.js';
import type { BackendStatus } from './available-backends.js';

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
