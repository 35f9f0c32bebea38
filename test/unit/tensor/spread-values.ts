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

/** Tells whether two vectors have the same bits, all NaNs being one. (`toEqual` takes seconds for long vectors.) */
export function haveSameBits(one: Float32Array, other: Float32Array): boolean {
  return one.length === other.length && one.every((value, i) => Object.is(value, other[i]));
}
