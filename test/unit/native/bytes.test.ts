// The addon's CRC-32 beside zlib's: every short length at every alignment, long ones, and one behind the other. And its copies.
import { createRequire } from 'node:module';
import { crc32 as oracle } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc32 as chosen } from '../../../src/backend/bytes.js';
import { nativeAddonPath } from '../../../src/backend/native-addon.js';
import type { NativeExtras } from '../../../src/native/addon.js';

const path = process.env['BRIDLE_TEST_ADDON'] ?? nativeAddonPath;
const { crc32, copyBytes } = createRequire(import.meta.url)(path) as Partial<NativeExtras>;

/** Bytes whose memory ends with them: what is read behind the end is found by the sanitizer. */
const bytesOf = (length: number, offset: number): Uint8Array => {
  const memory = new Uint8Array(offset + length);
  for (let i = 0; i < memory.length; i += 1) memory[i] = Math.imul(i + length, 2_654_435_761) >>> 13;
  return memory.subarray(offset);
};

it.runIf(crc32)("is zlib's for every length up to 300 at every alignment, whatever came before", () => {
  const wrong: [number, number][] = [];
  for (let length = 0; length <= 300; length += 1) {
    for (let offset = 0; offset < 16; offset += 1) {
      const bytes = bytesOf(length, offset);
      const before = Math.imul(length + 301 * offset, 0x9e37_79b1) >>> 0;
      if (crc32!(bytes, before) !== oracle(bytes, before) || crc32!(bytes) !== oracle(bytes))
        wrong.push([length, offset]);
    }
  }
  expect(wrong).toEqual([]);
});

it.runIf(crc32)("is zlib's for long ones, and piece by piece wherever they are cut", () => {
  for (const length of [65_535, 65_536, 65_537, 1_048_640]) {
    const bytes = bytesOf(length, 3);
    expect(crc32!(bytes)).toBe(oracle(bytes));
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1000 }), fc.nat(1000), fc.nat(1000), (bytes, one, other) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)];
      const pieces = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)];
      expect(pieces.reduce((before, piece) => crc32!(piece, before), 0)).toBe(oracle(bytes));
    }),
    { seed: 20_240_601, numRuns: 500 },
  );
});

it.runIf(crc32)('refuses what is not bytes', () => {
  for (const wrong of [undefined, 'text', new Float32Array(4), new ArrayBuffer(4)]) {
    expect(() => crc32!(wrong as unknown as Uint8Array)).toThrow(expect.objectContaining({ code: 'NATIVE_ARGUMENT' }));
  }
  expect(() => crc32!(new Uint8Array(1), 'text' as unknown as number)).toThrow(
    expect.objectContaining({ code: 'NATIVE_ARGUMENT' }),
  );
});

it('copies into and out of shared memory, and not one byte further', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(40));
  copyBytes!(bytesOf(20, 3), shared, 7);
  expect([...shared]).toEqual([...Array(7).fill(0), ...bytesOf(20, 3), ...Array(13).fill(0)]);
  const back = new Uint8Array(21);
  copyBytes!(shared.subarray(7, 27), back, 1);
  expect([...back]).toEqual([0, ...bytesOf(20, 3)]);
  copyBytes!(new Uint8Array(0), back, 21);
  for (const at of [2, -1, 0.5, NaN, 22, 2 ** 53]) {
    expect(() => copyBytes!(bytesOf(20, 0), back, at)).toThrow(expect.objectContaining({ code: 'NATIVE_ARGUMENT' }));
  }
});

it('is what frames are checked with: the check value of CRC-32, whoever computes it', () => {
  expect(chosen(Buffer.from('123456789'))).toBe(0xcbf4_3926);
});
