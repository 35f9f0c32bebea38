// One hash for everything that the next step depends on: params, moments and scalars (SHA-256, FIPS 180-4).
import { createHash, type Hash } from 'node:crypto';
import type { OptimizerState } from '../optim/optimizer.js';
import { digestBlocks } from '../tensor/block-digest.js';

/** What a run's digests are: `sha256` hashes vectors byte by byte, `blocks` the digests of their blocks. A run keeps its own. */
export const digestAlgorithms = ['sha256', 'blocks'] as const;
export type DigestAlgorithm = (typeof digestAlgorithms)[number];

/** What new runs take. */
export const newestDigest: DigestAlgorithm = 'blocks';

export interface DigestOptions {
  readonly algorithm?: DigestAlgorithm;
  /** Gives the digests of a vector's blocks where they are known, or faster to be had than by the oracle. */
  digestBlocks?(vector: Float32Array): Uint8Array;
}

/**
 * Hashes params, then each moment (name, values), then each scalar (name, float64), then each history (name, float64 values),
 * in the order of their names.
 * With `blocks`, a vector's values are its length (float64) and the digests of its blocks.
 * Little-endian bytes, as in memory on every platform that Node runs bridle on. Returns 64 hex digits.
 */
export function digestState(params: Float32Array, state: OptimizerState, options: DigestOptions = {}): string {
  const hash = createHash('sha256');
  hashVector(hash, params, options);
  for (const name of Object.keys(state.moments).sort()) {
    hash.update(name);
    hashVector(hash, state.moments[name] ?? new Float32Array(0), options);
  }
  for (const name of Object.keys(state.scalars).sort()) {
    hash.update(name);
    hash.update(float64(state.scalars[name] ?? 0));
  }
  for (const name of Object.keys(state.histories).sort()) {
    hash.update(name);
    hash.update(new Uint8Array(Float64Array.from(state.histories[name] ?? []).buffer));
  }
  return hash.digest('hex');
}

function hashVector(hash: Hash, vector: Float32Array, options: DigestOptions): void {
  if ((options.algorithm ?? newestDigest) === 'sha256') {
    hash.update(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
    return;
  }
  hash.update(float64(vector.length));
  hash.update((options.digestBlocks ?? digestBlocks)(vector));
}

function float64(value: number): DataView {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, value, true);
  return bytes;
}

/** SHA-256 of some bytes, as hex. */
export function digestBytes(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
