// Four float32 values at a time: what the kernels share. A block is 4,096 values; its last group of four may be short.

export const blockBytes: usize = 4 * 4096;

/** Bytes of whole groups of four among `bytes`. */
export function wholeGroups(bytes: usize): usize {
  return bytes & ~15;
}

/** Loads the `bytes` (0 to 12) of a last group; the other values are 0. */
export function loadPart(address: usize, bytes: usize): v128 {
  let group = f32x4.splat(0);
  if (bytes > 0) group = v128.load32_zero(address);
  if (bytes > 4) group = v128.load_lane<f32>(address, group, 1, 4);
  if (bytes > 8) group = v128.load_lane<f32>(address, group, 2, 8);
  return group;
}

/** Stores the first `bytes` (0 to 12) of a group. */
export function storePart(address: usize, group: v128, bytes: usize): void {
  if (bytes > 0) v128.store_lane<f32>(address, group, 0);
  if (bytes > 4) v128.store_lane<f32>(address, group, 1, 4);
  if (bytes > 8) v128.store_lane<f32>(address, group, 2, 8);
}

/** All bits of the first `bytes` (4 to 16) of a group. */
export function partMask(bytes: usize): v128 {
  let mask = v128.replace_lane<u32>(i32x4.splat(0), 0, u32.MAX_VALUE);
  if (bytes > 4) mask = v128.replace_lane<u32>(mask, 1, u32.MAX_VALUE);
  if (bytes > 8) mask = v128.replace_lane<u32>(mask, 2, u32.MAX_VALUE);
  if (bytes > 12) mask = v128.replace_lane<u32>(mask, 3, u32.MAX_VALUE);
  return mask;
}

/** Squares of values 0 and 1, in float64. */
export function lowSquares(group: v128): v128 {
  const low = f64x2.promote_low_f32x4(group);
  return f64x2.mul(low, low);
}

/** Squares of values 2 and 3, in float64. */
export function highSquares(group: v128): v128 {
  const high = f64x2.promote_low_f32x4(v128.shuffle<i32>(group, group, 2, 3, 0, 1));
  return f64x2.mul(high, high);
}

/** Squares of the differences of values 0 and 1, in float64. */
export function lowDifferences(one: v128, other: v128): v128 {
  const low = f64x2.sub(f64x2.promote_low_f32x4(one), f64x2.promote_low_f32x4(other));
  return f64x2.mul(low, low);
}

/** Squares of the differences of values 2 and 3, in float64. */
export function highDifferences(one: v128, other: v128): v128 {
  return lowDifferences(v128.shuffle<i32>(one, one, 2, 3, 0, 1), v128.shuffle<i32>(other, other, 2, 3, 0, 1));
}

/** (l0 + l2) + (l1 + l3) */
export function sumLanes(low: v128, high: v128): f64 {
  const sums = f64x2.add(low, high);
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}
