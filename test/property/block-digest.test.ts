// What a block's digest is for: any flipped bit, any changed group and any exchange of values or blocks shows.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { digestBlocks } from '../../src/tensor/block-digest.js';
import { spreadValues } from '../unit/tensor/spread-values.js';

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const somewhere = fc.record({ seed: seeds, length: fc.integer({ min: 1, max: 4200 }), at: fc.nat() });
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function wordsOf(vector: Float32Array): Uint32Array {
  return new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
}

it('shows every flipped bit', () => {
  fc.assert(
    fc.property(somewhere, fc.integer({ min: 0, max: 31 }), ({ seed, length, at }, bit) => {
      const vector = spreadValues(length, seed);
      const before = hex(digestBlocks(vector));
      wordsOf(vector)[at % length]! ^= 1 << bit;
      expect(hex(digestBlocks(vector))).not.toBe(before);
    }),
  );
});

it('shows each of all pairs of flipped bits in two groups that follow each other', () => {
  const vector = spreadValues(8, 1);
  const words = wordsOf(vector);
  const before = hex(digestBlocks(vector));
  let missed = 0;
  for (let first = 0; first < 128; first += 1) {
    words[first >> 5]! ^= 1 << (first & 31);
    for (let second = 128; second < 256; second += 1) {
      words[second >> 5]! ^= 1 << (second & 31);
      if (hex(digestBlocks(vector)) === before) missed += 1;
      words[second >> 5]! ^= 1 << (second & 31);
    }
    words[first >> 5]! ^= 1 << (first & 31);
  }
  expect(missed).toBe(0);
});

it('shows exchanged values, and exchanged blocks', () => {
  fc.assert(
    fc.property(somewhere, fc.nat(), ({ seed, length, at }, other) => {
      const vector = spreadValues(length, seed);
      const words = wordsOf(vector);
      const [i, j] = [at % length, other % length];
      fc.pre(words[i] !== words[j]);
      const before = hex(digestBlocks(vector));
      [words[i], words[j]] = [words[j]!, words[i]!];
      expect(hex(digestBlocks(vector))).not.toBe(before);
    }),
  );
  const vector = spreadValues(2 * 4096, 3);
  const swapped = Float32Array.from([...vector.subarray(4096), ...vector.subarray(0, 4096)]);
  const digest = hex(digestBlocks(vector));
  expect(hex(digestBlocks(swapped))).toBe(digest.slice(32) + digest.slice(0, 32));
  expect(digest.slice(32)).not.toBe(digest.slice(0, 32));
});

it('tells 0 from -0, and one NaN from another', () => {
  const digest = (word: number): string => hex(digestBlocks(new Float32Array(Uint32Array.of(word).buffer)));
  const words = [0, 0x80000000, 0x7fc00000, 0x7fc00001, 0xffc00000, 0x7f800001];
  expect(new Set(words.map(digest)).size).toBe(words.length);
});

it('is spread evenly: each bit of the digest flips for half of all flipped bits', () => {
  const vector = spreadValues(4096, 5);
  const words = wordsOf(vector);
  const before = digestBlocks(vector);
  const flips = new Array<number>(128).fill(0);
  const tries = 400;
  for (let i = 0; i < tries; i += 1) {
    const [word, bit] = [(i * 9) % 4000, i % 32];
    words[word]! ^= 1 << bit;
    const after = digestBlocks(vector);
    words[word]! ^= 1 << bit;
    for (let k = 0; k < 128; k += 1) flips[k]! += ((after[k >> 3]! ^ before[k >> 3]!) >> (k & 7)) & 1;
  }
  for (const flipped of flips) expect(Math.abs(flipped / tries - 0.5)).toBeLessThan(0.125); // 5 deviations
});
