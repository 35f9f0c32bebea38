// float32 to bfloat16 and IEEE half precision and back, to nearest, ties to even. The oracle is src/tensor/half-precision.ts.

/** The upper halves of four words, after rounding; a NaN stays one. */
function roundToBf16(words: v128): v128 {
  const magnitude = v128.and(words, i32x4.splat(0x7fffffff));
  const isNaN = i32x4.gt_u(magnitude, i32x4.splat(0x7f800000));
  const odd = v128.and(i32x4.shr_u(words, 16), i32x4.splat(1));
  const rounded = i32x4.add(words, i32x4.add(odd, i32x4.splat(0x7fff)));
  return i32x4.shr_u(v128.bitselect(v128.or(words, i32x4.splat(0x00400000)), rounded, isNaN), 16);
}

/** Encodes `count` values as bfloat16, 2 bytes each. */
export function encodeBf16(source: usize, target: usize, count: usize): void {
  let i: usize = 0;
  for (; i + 8 <= count; i += 8) {
    const low = roundToBf16(v128.load(source + 4 * i));
    const high = roundToBf16(v128.load(source + 4 * i, 16));
    v128.store(target + 2 * i, v128.narrow<u32>(low, high));
  }
  for (; i < count; i += 1) {
    const word = roundToBf16(v128.load32_zero(source + 4 * i));
    store<u16>(target + 2 * i, <u16>v128.extract_lane<u32>(word, 0));
  }
}

/** Decodes `count` bfloat16 values into float32. */
export function decodeBf16(source: usize, target: usize, count: usize): void {
  let i: usize = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(target + 4 * i, i32x4.shl(v128.load16x4_u(source + 2 * i), 16));
  }
  for (; i < count; i += 1) store<u32>(target + 4 * i, (<u32>load<u16>(source + 2 * i)) << 16);
}

/** Half precision of four values, in the lower halves of words (Giesen 2016: rounding by the adder of float32). */
function roundToF16(words: v128): v128 {
  const sign = v128.and(words, i32x4.splat(0x80000000));
  const magnitude = v128.xor(words, sign);
  const normal = i32x4.shr_u(
    i32x4.add(
      i32x4.add(magnitude, i32x4.splat(0xc8000fff)), // exponent from 127 to 15, and half a unit less one
      v128.and(i32x4.shr_u(magnitude, 13), i32x4.splat(1)),
    ),
    13,
  );
  // Adding 0.5 lets the adder align and round what is subnormal in half precision.
  const small = i32x4.sub(f32x4.add(magnitude, f32x4.splat(0.5)), i32x4.splat(0x3f000000));
  const isNaN = i32x4.gt_u(magnitude, i32x4.splat(0x7f800000));
  const large = v128.bitselect(i32x4.splat(0x7e00), i32x4.splat(0x7c00), isNaN);
  const isSmall = i32x4.lt_u(magnitude, i32x4.splat(0x38800000));
  const isLarge = i32x4.ge_u(magnitude, i32x4.splat(0x47800000));
  const half = v128.bitselect(small, v128.bitselect(large, normal, isLarge), isSmall);
  return v128.or(half, i32x4.shr_u(sign, 16));
}

/** Encodes `count` values as half precision, 2 bytes each; 65,520 and more become infinite. */
export function encodeF16(source: usize, target: usize, count: usize): void {
  let i: usize = 0;
  for (; i + 8 <= count; i += 8) {
    const low = roundToF16(v128.load(source + 4 * i));
    const high = roundToF16(v128.load(source + 4 * i, 16));
    v128.store(target + 2 * i, v128.narrow<u32>(low, high));
  }
  for (; i < count; i += 1) {
    const word = roundToF16(v128.load32_zero(source + 4 * i));
    store<u16>(target + 2 * i, <u16>v128.extract_lane<u32>(word, 0));
  }
}

function widenF16(halves: v128): v128 {
  const magnitude = i32x4.shl(v128.and(halves, i32x4.splat(0x7fff)), 13);
  // Times 2^112: the exponent goes from 15 to 127, and subnormals become normal.
  const scaled = f32x4.mul(magnitude, f32x4.splat(5192296858534827628530496329220096.0));
  const isSpecial = i32x4.ge_u(magnitude, i32x4.splat(0x0f800000));
  const widened = v128.bitselect(v128.or(magnitude, i32x4.splat(0x7f800000)), scaled, isSpecial);
  return v128.or(widened, i32x4.shl(v128.and(halves, i32x4.splat(0x8000)), 16));
}

/** Decodes `count` values of half precision into float32. */
export function decodeF16(source: usize, target: usize, count: usize): void {
  let i: usize = 0;
  for (; i + 4 <= count; i += 4) v128.store(target + 4 * i, widenF16(v128.load16x4_u(source + 2 * i)));
  for (; i < count; i += 1) {
    const word = widenF16(v128.replace_lane<u32>(i32x4.splat(0), 0, <u32>load<u16>(source + 2 * i)));
    v128.store32_lane(target + 4 * i, word, 0);
  }
}
