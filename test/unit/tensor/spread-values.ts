// Test vectors: float32 values of every size, subnormal to large, and lengths around blocks and groups.
import fc from 'fast-check';
import { randomStream } from '../../../src/random/random-stream.js';

export const lengths = fc.oneof(
  fc.integer({ min: 0, max: 70 }),
  fc.constantFrom(4095, 4096, 4097, 4098, 4099, 8192, 12_289),
);

/** Finite values of both signs with exponents from -140 to 40, some zeros among them. */
export function spreadValues(length: number, seed: number): Float32Array {
  const stream = randomStream(seed, 'spread-values');
  return Float32Array.from({ length }, () => {
    if (stream.below(16) === 0) return stream.below(2) === 0 ? 0 : -0;
    return (stream.uniform() - 0.5) * 2 ** (stream.below(180) - 140);
  });
}

/** The bits of a vector, all NaNs made equal. */
export function bitsOf(vector: Float32Array): Uint32Array {
  const copy = vector.map((value) => (Number.isNaN(value) ? NaN : value));
  return new Uint32Array(copy.buffer, copy.byteOffset, copy.length);
}
