// float32 to 8-bit integers with a scale for each 256 values, rounded by Philox4x32-10. The oracle is src/tensor/int8.ts.

const blockSize: usize = 256;
/** Room for the last values of a vector, fewer than 16, and for their integers. */
const tail = memory.data(64, 16);
const tailIntegers = memory.data(16, 16);
/** The words of four groups: word 0 of each, then word 1 of each, and so on. */
const words = memory.data(64, 16);

function highProducts(one: v128, other: v128): v128 {
  return v128.shuffle<i32>(i64x2.extmul_low_i32x4_u(one, other), i64x2.extmul_high_i32x4_u(one, other), 1, 3, 5, 7);
}

/** Draws the words of four counters from `group` on. */
function drawWords(group: u32, key0: u32, key1: u32): void {
  const multiplier0 = i32x4.splat(0xd2511f53);
  const multiplier1 = i32x4.splat(0xcd9e8d57);
  let c0 = i32x4.add(i32x4.splat(group), i32x4(0, 1, 2, 3));
  let c1 = i32x4.splat(0);
  let c2 = i32x4.splat(0);
  let c3 = i32x4.splat(0);
  for (let round = 0; round < 10; round += 1) {
    const high0 = highProducts(multiplier0, c0);
    const high1 = highProducts(multiplier1, c2);
    const low0 = i32x4.mul(multiplier0, c0);
    const low1 = i32x4.mul(multiplier1, c2);
    c0 = v128.xor(v128.xor(high1, c1), i32x4.splat(key0));
    c1 = low1;
    c2 = v128.xor(v128.xor(high0, c3), i32x4.splat(key1));
    c3 = low0;
    key0 += 0x9e3779b9;
    key1 += 0xbb67ae85;
  }
  v128.store(words, c0);
  v128.store(words, c1, 16);
  v128.store(words, c2, 32);
  v128.store(words, c3, 48);
}

/** The words of one of the four groups, in their order. */
function wordsOf(group: usize): v128 {
  const at = words + 4 * group;
  let drawn = v128.load32_zero(at);
  drawn = v128.load_lane<u32>(at, drawn, 1, 16);
  drawn = v128.load_lane<u32>(at, drawn, 2, 32);
  return v128.load_lane<u32>(at, drawn, 3, 48);
}

/** Rounds four values to integers. */
function roundGroup(values: v128, scale: v128, drawn: v128): v128 {
  const scaled = f32x4.div(values, scale);
  const t = f32x4.max(f32x4.splat(-127), f32x4.min(f32x4.splat(127), scaled));
  const below = f32x4.floor(t);
  const share = f32x4.mul(f32x4.convert_i32x4_u(i32x4.shr_u(drawn, 8)), f32x4.splat(1.0 / 16777216.0));
  const isAbove = f32x4.gt(f32x4.sub(t, below), share); // -1 where true
  return i32x4.sub(i32x4.trunc_sat_f32x4_s(below), isAbove);
}

/** Rounds 16 values. */
function roundGroups(source: usize, target: usize, scale: v128, group: u32, key0: u32, key1: u32): void {
  drawWords(group, key0, key1);
  const first = roundGroup(v128.load(source), scale, wordsOf(0));
  const second = roundGroup(v128.load(source, 16), scale, wordsOf(1));
  const third = roundGroup(v128.load(source, 32), scale, wordsOf(2));
  const fourth = roundGroup(v128.load(source, 48), scale, wordsOf(3));
  v128.store(target, v128.narrow<i16>(v128.narrow<i32>(first, second), v128.narrow<i32>(third, fourth)));
}

function largestOf(block: usize, size: usize): f32 {
  let largest: f32 = 0;
  for (let i: usize = 0; i < size; i += 1) largest = max(largest, abs(load<f32>(block + 4 * i)));
  return largest;
}

/** Quantises `count` values: an integer each, and a scale for each block. */
export function encodeInt8(source: usize, count: usize, integers: usize, scales: usize, key0: u32, key1: u32): void {
  for (let start: usize = 0; start < count; start += blockSize) {
    const size = min(blockSize, count - start);
    const scale: f32 = largestOf(source + 4 * start, size) / 127;
    store<f32>(scales, scale);
    scales += 4;
    for (let at = start; at < start + size; at += 16) {
      const rest = min(start + size - at, 16);
      if (scale === 0) {
        memory.fill(integers + at, 0, rest);
      } else if (rest === 16) {
        roundGroups(source + 4 * at, integers + at, f32x4.splat(scale), <u32>(at >> 2), key0, key1);
      } else {
        memory.fill(tail, 0, 64);
        memory.copy(tail, source + 4 * at, 4 * rest);
        roundGroups(tail, tailIntegers, f32x4.splat(scale), <u32>(at >> 2), key0, key1);
        memory.copy(integers + at, tailIntegers, rest);
      }
    }
  }
}

/** Decodes `count` integers: f(integer * scale). */
export function decodeInt8(integers: usize, scales: usize, count: usize, target: usize): void {
  for (let i: usize = 0; i < count; i += 1) {
    store<f32>(target + 4 * i, <f32>load<i8>(integers + i) * load<f32>(scales + 4 * (i / blockSize)));
  }
}
