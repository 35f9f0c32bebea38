// Smaller number formats: kernels give the bits of their oracles, every half and every rounding of half precision among them.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomWords } from '../../src/random/philox.js';
import { decodeBf16, decodeF16, encodeBf16, encodeF16 } from '../../src/tensor/half-precision.js';
import { decodeInt8, encodeInt8, int8BlockSize } from '../../src/tensor/int8.js';
import { createVectorArena } from '../../src/tensor/vector-arena.js';
import { haveSameBits, spreadValues } from '../unit/tensor/spread-values.js';

const arena = createVectorArena({ onFallback: (reason) => expect.fail(reason) });
const kernels = arena.kernels!;
const fixture = new URL('../fixtures/tensor/half-precision.json', import.meta.url);
const oracle = JSON.parse(readFileSync(fixture, 'utf8')) as Record<'f16' | 'bf16', object>;
const formats = {
  bf16: { encode: encodeBf16, decode: decodeBf16, fast: [kernels.encodeBf16, kernels.decodeBf16] },
  f16: { encode: encodeF16, decode: decodeF16, fast: [kernels.encodeF16, kernels.decodeF16] },
} as const;

/** Encodes and decodes with the kernels. */
function convert(values: Float32Array, [encode, decode]: (typeof formats)['f16']['fast']) {
  const [source, halves] = [arena.allocate(values.length), arena.allocate(values.length)];
  source.set(values);
  encode(source.byteOffset, halves.byteOffset, values.length);
  const words = new Uint16Array(halves.buffer, halves.byteOffset, values.length).slice();
  decode(halves.byteOffset, source.byteOffset, values.length);
  const decoded = source.slice();
  for (const vector of [source, halves]) arena.free(vector);
  return { words, decoded };
}

/** All float32 values that half precision holds, those half way between two of them, and the neighbours of both. */
function hardValues(decode: typeof decodeF16): Float32Array {
  const halves = Uint16Array.from({ length: 0x7c01 }, (_, i) => i);
  const exact = new Float32Array(halves.length);
  decode(halves, exact);
  const words: number[] = [];
  const bits = new Uint32Array(exact.buffer);
  for (let i = 0; i + 1 < bits.length; i += 1) {
    const middle = new Uint32Array(Float32Array.of((exact[i]! + exact[i + 1]!) / 2).buffer)[0]!;
    words.push(bits[i]!, bits[i]! + 1, middle - 1, middle, middle + 1, (0x80000000 + middle) >>> 0);
  }
  words.push(0x477fefff, 0x477ff000, 0x47800000, 0x7f7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001, 1);
  return new Float32Array(Uint32Array.from(words).buffer);
}

describe.each(Object.entries(formats))('%s', (name, { encode, decode, fast }) => {
  const check = (values: Float32Array): void => {
    const words = new Uint16Array(values.length);
    encode(values, words);
    const decoded = new Float32Array(values.length);
    decode(words, decoded);
    const quick = convert(values, fast);
    expect(haveSameBits(quick.decoded, decoded)).toBe(true);
    const differs = words.findIndex((word, i) => word !== quick.words[i] && !Number.isNaN(values[i]!));
    expect(differs).toBe(-1);
  };

  it('has the bits of the oracle for any values and lengths', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.nat(), (length, seed) => check(spreadValues(length, seed))),
    );
  });

  it('has the bits of the oracle where half precision rounds, and at its ends', () => {
    check(hardValues(decodeF16));
  });

  it('is what numpy and PyTorch make of values of all sizes', () => {
    const bits = Uint32Array.from({ length: 65_536 }, (_, i) => Math.imul(i, 2654435761));
    const values = new Float32Array(bits.buffer).map((value) => (Number.isNaN(value) ? 0 : value));
    const words = new Uint16Array(values.length);
    encode(values, words);
    const decoded = new Float32Array(values.length);
    decode(words, decoded);
    const sha256 = (view: Uint16Array | Float32Array): string => createHash('sha256').update(view).digest('hex');
    expect({ encoded: sha256(words), decoded: sha256(decoded) }).toEqual(oracle[name as keyof typeof formats]);
    check(values);
  });

  it('gives back every value that it can hold', () => {
    const words = Uint16Array.from({ length: 0x10000 }, (_, i) => i);
    const values = new Float32Array(words.length);
    decode(words, values);
    const again = new Uint16Array(words.length);
    encode(values, again);
    expect(words.findIndex((word, i) => word !== again[i] && !Number.isNaN(values[i]!))).toBe(-1);
  });
});

it('rounds to the nearer neighbour, ties to even, in half precision', () => {
  const cases: [number, number][] = [
    [1, 0x3c00],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [65_519.99, 0x7bff],
    [65_520, 0x7c00],
    [2 ** -24, 1],
    [2 ** -25, 0],
    [3 * 2 ** -25, 2],
    [-0, 0x8000],
  ];
  const words = new Uint16Array(cases.length);
  encodeF16(Float32Array.from(cases.map(([value]) => value)), words);
  expect([...words]).toEqual(cases.map(([, half]) => half));
});

describe('int8', () => {
  const draw = (group: number) => randomWords([7, 9], [group, 0, 0, 0]);

  // One step, and two roundings of at most 127 steps by 2^-24. A subnormal scale is off by up to 2^-150, half of the least
  // float32, and the largest value by 127 times that: it is held to 127 steps, or there are no steps at all.
  const boundOf = (scale: number) => Math.max(scale * (1 + 254 * 2 ** -24), 127 * 2 ** -150);
  const worstOf = (values: Float32Array): { error: number; isWithin: boolean } => {
    const vector = encodeInt8(values, draw);
    const decoded = new Float32Array(values.length);
    decodeInt8(vector, decoded);
    const errors = Array.from(decoded, (value, i) => Math.abs(value - values[i]!));
    const isWithin = errors.every((error, i) => error <= boundOf(vector.scales[Math.floor(i / int8BlockSize)]!));
    return { error: Math.max(0, ...errors), isWithin };
  };

  it('stays within one step of each value, and is the same every time', () => {
    const sizes = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 600 }));
    fc.assert(
      fc.property(sizes, fc.nat(), fc.constantFrom(1, 2 ** -60, 2 ** -140), (length, seed, factor) => {
        const values = spreadValues(length, seed).map((value) => value * factor);
        expect(worstOf(values).isWithin).toBe(true);
        expect(encodeInt8(values, draw)).toEqual(encodeInt8(values, draw));
      }),
    );
  });

  it('comes as near to the bound as float32 can where scales are subnormal', () => {
    const least = 2 ** -149;
    expect(worstOf(Float32Array.of(63 * least))).toEqual({ error: 63 * least, isWithin: true }); // the scale is 0
    expect(worstOf(Float32Array.of(190 * least))).toEqual({ error: 63 * least, isWithin: true }); // 1.496 steps are one
    expect(worstOf(Float32Array.of(191 * least)).error).toBeLessThanOrEqual(2 * least); // 1.504 are two
  });

  it('has the bits of the oracle in its kernel', () => {
    const key = [123_456_789, 0xfedcba98] as const;
    const lengthsInt8 = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 250, max: 1100 }));
    fc.assert(
      fc.property(lengthsInt8, fc.nat(), (length, seed) => {
        const values = spreadValues(length, seed);
        const expected = encodeInt8(values, (group) => randomWords(key, [group, 0, 0, 0]));
        const decoded = new Float32Array(length);
        decodeInt8(expected, decoded);
        const [source, room, scales] = [length, length, expected.scales.length].map((size) => arena.allocate(size));
        source!.set(values);
        kernels.encodeInt8(source!.byteOffset, length, room!.byteOffset, scales!.byteOffset, ...key);
        expect(new Int8Array(room!.buffer, room!.byteOffset, length).slice()).toEqual(expected.integers);
        expect(scales!.slice()).toEqual(expected.scales);
        kernels.decodeInt8(room!.byteOffset, scales!.byteOffset, length, source!.byteOffset);
        expect(haveSameBits(source!.slice(), decoded)).toBe(true);
        for (const vector of [source, room, scales]) arena.free(vector!);
      }),
    );
  });

  it('has no bias: the mean over many draws is the value', () => {
    const values = Float32Array.of(1, 0.3, -0.7, 0.001);
    const sums = [0, 0, 0, 0];
    const tries = 20_000;
    for (let i = 0; i < tries; i += 1) {
      const decoded = new Float32Array(4);
      decodeInt8(
        encodeInt8(values, () => randomWords([i, 1], [0, 0, 0, 0])),
        decoded,
      );
      decoded.forEach((value, j) => (sums[j]! += value));
    }
    sums.forEach((sum, j) => expect(Math.abs(sum / tries - values[j]!)).toBeLessThan(4 / 127 / Math.sqrt(4 * tries)));
  });
});
