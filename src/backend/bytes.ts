// Bytes at the speed of memory, by the addon where it is there: zlib's checksum in Node knows no SIMD, and V8 copies into or out of
// shared memory word by word.
import { crc32 as crc32OfZlib } from 'node:zlib';
import { findExtras } from './native-addon.js';

const addon = findExtras();

/** CRC-32 as in zlib (IEEE 802.3), of `bytes` behind what has the checksum `before`. */
export const crc32: (bytes: Uint8Array, before?: number) => number = addon.crc32 ?? crc32OfZlib;

/** Copies `from` into `to`, from its byte `at` on; throws where it has no room. */
export const copyBytes: (from: Uint8Array, to: Uint8Array, at: number) => void =
  addon.copyBytes ?? ((from, to, at) => to.set(from, at));
