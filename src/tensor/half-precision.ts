// float32 as bfloat16 and as IEEE 754 half precision, to nearest, ties to even: what gradients may be on the wire.
// The oracles of kernels/convert.ts, on arrays of 16-bit words. A NaN stays a NaN; what is too large becomes infinite.

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** Encodes as bfloat16: the upper half of a float32's bits. */
export function encodeBf16(values: Float32Array, target: Uint16Array): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) {
    const bits = words[i]!;
    const isNaN = (bits & 0x7fffffff) > 0x7f800000;
    target[i] = (isNaN ? bits | 0x00400000 : bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  }
}

/** Decodes bfloat16, without rounding. */
export function decodeBf16(source: Uint16Array, target: Float32Array): void {
  const words = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < words.length; i++) words[i] = source[i]! << 16;
}

/** Encodes as half precision: 5 bits of exponent, 10 of fraction. 65,520 and more become infinite, below 2^-14 bits are lost. */
export function encodeF16(values: Float32Array, target: Uint16Array): void {
  for (let i = 0; i < values.length; i++) {
    float[0] = values[i]!;
    target[i] = ((word[0]! >>> 16) & 0x8000) | halfOf(word[0]! & 0x7fffffff, Math.abs(values[i]!));
  }
}

function halfOf(bits: number, magnitude: number): number {
  if (Number.isNaN(magnitude)) return 0x7e00;
  if (magnitude >= 65_520) return 0x7c00;
  const exponent = Math.max((bits >>> 23) - 127, -14);
  // Whole numbers of the last place: exact until the sum with 2^52 rounds them, to nearest even. 2,048 carries over.
  const units = magnitude / powerOfTwo(exponent - 10) + 2 ** 52 - 2 ** 52;
  return ((exponent + 14) << 10) + units;
}

/** Decodes half precision, without rounding. */
export function decodeF16(source: Uint16Array, target: Float32Array): void {
  for (let i = 0; i < target.length; i++) {
    const half = source[i]!;
    const magnitude = magnitudeOf((half >>> 10) & 31, half & 1023);
    target[i] = half & 0x8000 ? -magnitude : magnitude;
  }
}

function magnitudeOf(exponent: number, fraction: number): number {
  if (exponent === 31) return fraction === 0 ? Infinity : NaN;
  return exponent === 0 ? fraction * powerOfTwo(-24) : (1024 + fraction) * powerOfTwo(exponent - 25);
}

/** 2^exponent for -126 to 127, by its bits. */
function powerOfTwo(exponent: number): number {
  word[0] = (exponent + 127) << 23;
  return float[0]!;
}
