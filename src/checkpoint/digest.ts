// One hash for everything that the next step depends on: params, moments and scalars (SHA-256, FIPS 180-4).
import { createHash } from 'node:crypto';
import type { OptimizerState } from '../optim/optimizer.js';

/**
 * Hashes params, then each moment (name, values), then each scalar (name, float64), then each
 * history (name, float64 values), in the order of their names.
 * Little-endian bytes, as in memory on every platform that Node runs bridle on; no copies. Returns 64 hex digits.
 */
export function digestState(params: Float32Array, state: OptimizerState): string {
  const hash = createHash('sha256');
  hash.update(viewBytes(params));
  for (const name of Object.keys(state.moments).sort()) {
    hash.update(name);
    hash.update(viewBytes(state.moments[name] ?? new Float32Array(0)));
  }
  const scalar = new DataView(new ArrayBuffer(8));
  for (const name of Object.keys(state.scalars).sort()) {
    hash.update(name);
    scalar.setFloat64(0, state.scalars[name] ?? 0, true);
    hash.update(scalar);
  }
  for (const name of Object.keys(state.histories).sort()) {
    hash.update(name);
    hash.update(new Uint8Array(Float64Array.from(state.histories[name] ?? []).buffer));
  }
  return hash.digest('hex');
}

/** SHA-256 of some bytes, as hex. */
export function digestBytes(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function viewBytes(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
