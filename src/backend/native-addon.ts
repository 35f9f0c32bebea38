// The native kernels as an addon of Node: where it lies, which of its kernels this processor runs.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BridleError, ConfigError, exitCodes } from '../errors.js';
import type { LayFileOver, NativeAddon, NativeExtras } from '../native/addon.js';
import type { BackendStatus } from './available-backends.js';

const require = createRequire(import.meta.url);

/** Where the set-up puts the addon: in the package's own folder, from src/ and from dist/. */
export const nativeAddonPath = fileURLToPath(new URL('../../.bridle/native/bridle.node', import.meta.url));

/**
 * Lists where an addon may lie, the first wins: prebuilt in an optional package of this platform, as scripts/pack-native.mjs
 * packs it, then what the set-up compiled. A prebuilt one counts in bridle's own version only: another has other kernels.
 */
export function nativeAddonPaths(from = import.meta.url): string[] {
  const near = createRequire(from);
  const name = `@bridle/native-${process.platform}-${process.arch}`;
  try {
    const path = near.resolve(`${name}/package.json`);
    const { version } = near(path) as { version: string };
    const own = require('../../package.json') as { version: string };
    if (version === own.version) return [join(dirname(path), 'bridle.node'), nativeAddonPath];
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND')) throw error;
  }
  return [nativeAddonPath];
}

/** Says whether the addon is there. */
export function nativeStatus(paths = nativeAddonPaths()): BackendStatus {
  const found = paths.find((path) => existsSync(path));
  const how = found === nativeAddonPath ? 'compiled' : 'there, prebuilt';
  if (found !== undefined) return { name: 'native', available: true, reason: `The kernels are ${how}.` };
  const reason = 'The kernels are not compiled; that takes a C++ compiler and some seconds.';
  return { name: 'native', available: false, reason, fix: 'npx bridle setup' };
}

/** What lays files over memory, where the addon is there and can; without it tensors are copied. */
export function findLayFileOver(): LayFileOver | undefined {
  return process.platform === 'linux' ? findExtras().layFileOver : undefined;
}

/** What the addon can do beside computing a network; nothing where it is not there. */
export function findExtras(): Partial<NativeExtras> {
  if (!nativeStatus().available) return {};
  try {
    return loadNativeAddon() as Partial<NativeExtras>;
  } catch {
    return {}; // who computes with it says so
  }
}

/** Loads the addon: the first that loads, for a prebuilt one may want another C library. Throws `BACKEND_FAILED`. */
export function loadNativeAddon(paths = nativeAddonPaths()): NativeAddon {
  const failures: unknown[] = [];
  for (const path of paths) {
    try {
      return require(path) as NativeAddon;
    } catch (error) {
      failures.push(error);
    }
  }
  const reasons = failures.map((error) => (error instanceof Error ? error.message : String(error)));
  const message = `The native kernels are there but do not load: ${reasons.join('; ')} Try: npx bridle setup`;
  throw new BridleError('BACKEND_FAILED', message, exitCodes.unexpected, { cause: failures.at(-1) });
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
