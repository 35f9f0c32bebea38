// float32 as 8-bit integers with one scale for each 256 values, rounded at random and without bias: QSGD (Alistarh and others
// 2017) with the largest magnitude as norm. The random words come from a counter, so the same shard gives the same bytes anywhere.

/** Values that share a scale. */
export const int8BlockSize = 256;

/** Gives four random words of 32 bits for the values from 4 * `group` on. */
export type DrawWords = (group: number) => Uint32Array;

/** Quantised values: `value = f(integer * scale)`, one scale a block. */
export interface Int8Vector {
  readonly integers: Int8Array;
  readonly scales: Float32Array;
}

/**
 * Quantises `values`, all finite. scale = f(largest / 127), t = f(value / scale), held to +-127; the integer below t is taken,
 * or the next one where t's fraction is more than the draw (24 bits), so that the expected value is t.
 */
export function encodeInt8(values: Float32Array, draw: DrawWords): Int8Vector {
  const scales = new Float32Array(Math.ceil(values.length / int8BlockSize));
  const integers = new Int8Array(values.length);
  for (let start = 0; start < values.length; start += int8BlockSize) {
    const block = values.subarray(start, start + int8BlockSize);
    const scale = Math.fround(largestOf(block) / 127);
    scales[start / int8BlockSize] = scale;
    if (scale === 0) continue; // zeros, and what is less than half of the least float32 times 127
    for (let i = 0; i < block.length; i += 4) {
      const words = draw((start + i) / 4);
      for (let j = 0; j < 4 && i + j < block.length; j++) {
        const t = Math.max(-127, Math.min(127, Math.fround(block[i + j]! / scale)));
        const below = Math.floor(t);
        integers[start + i + j] = below + (Math.fround(t - below) > (words[j]! >>> 8) / 0x1000000 ? 1 : 0);
      }
    }
  }
  return { integers, scales };
}

function largestOf(values: Float32Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** Decodes into `target`: one rounding a value. */
export function decodeInt8({ integers, scales }: Int8Vector, target: Float32Array): void {
  for (let i = 0; i < integers.length; i++) target[i] = integers[i]! * scales[Math.floor(i / int8BlockSize)]!;
}
