// From the gradients of the shards to their mean: sum, mean and squared norm. The oracle is src/tensor/flat-vector.ts.
import {
  blockBytes,
  highDifferences,
  highSquares,
  loadPart,
  lowDifferences,
  lowSquares,
  storePart,
  sumLanes,
  wholeGroups,
} from './vector';

/** target = f(left + right); the target may be one of them. */
export function add(bytes: usize, target: usize, left: usize, right: usize): void {
  const whole = wholeGroups(bytes);
  for (let at: usize = 0; at < whole; at += 16) {
    v128.store(target + at, f32x4.add(v128.load(left + at), v128.load(right + at)));
  }
  const rest = bytes - whole;
  const sum = f32x4.add(loadPart(left + whole, rest), loadPart(right + whole, rest));
  storePart(target + whole, sum, rest);
}

/** target = f(source / count); `sums`: the sum of the squares of each block, float64. */
export function meanNorm(bytes: usize, target: usize, source: usize, count: f32, sums: usize): void {
  const divisor = f32x4.splat(count);
  for (let start: usize = 0; start < bytes; start += blockBytes) {
    const size = min(blockBytes, bytes - start);
    const whole = wholeGroups(size);
    const to = target + start;
    const from = source + start;
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let at: usize = 0; at < whole; at += 16) {
      const mean = f32x4.div(v128.load(from + at), divisor);
      v128.store(to + at, mean);
      low = f64x2.add(low, lowSquares(mean));
      high = f64x2.add(high, highSquares(mean));
    }
    const mean = f32x4.div(loadPart(from + whole, size - whole), divisor);
    storePart(to + whole, mean, size - whole);
    store<f64>(sums, sumLanes(f64x2.add(low, lowSquares(mean)), f64x2.add(high, highSquares(mean))));
    sums += 8;
  }
}

/** target = f(f(left + right) / count); `sums`: the sum of the squares of each block, float64. */
export function addMeanNorm(bytes: usize, target: usize, left: usize, right: usize, count: f32, sums: usize): void {
  const divisor = f32x4.splat(count);
  for (let start: usize = 0; start < bytes; start += blockBytes) {
    const size = min(blockBytes, bytes - start);
    const whole = wholeGroups(size);
    const to = target + start;
    const one = left + start;
    const other = right + start;
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let at: usize = 0; at < whole; at += 16) {
      const mean = f32x4.div(f32x4.add(v128.load(one + at), v128.load(other + at)), divisor);
      v128.store(to + at, mean);
      low = f64x2.add(low, lowSquares(mean));
      high = f64x2.add(high, highSquares(mean));
    }
    const rest = size - whole;
    const sum = f32x4.add(loadPart(one + whole, rest), loadPart(other + whole, rest));
    const mean = f32x4.div(sum, divisor);
    storePart(to + whole, mean, rest);
    store<f64>(sums, sumLanes(f64x2.add(low, lowSquares(mean)), f64x2.add(high, highSquares(mean))));
    sums += 8;
  }
}

/** `sums`: the sum of the squares of each block, float64. */
export function squaredNorm(bytes: usize, vector: usize, sums: usize): void {
  for (let start: usize = 0; start < bytes; start += blockBytes) {
    const size = min(blockBytes, bytes - start);
    const whole = wholeGroups(size);
    const block = vector + start;
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let at: usize = 0; at < whole; at += 16) {
      const group = v128.load(block + at);
      low = f64x2.add(low, lowSquares(group));
      high = f64x2.add(high, highSquares(group));
    }
    const group = loadPart(block + whole, size - whole);
    store<f64>(sums, sumLanes(f64x2.add(low, lowSquares(group)), f64x2.add(high, highSquares(group))));
    sums += 8;
  }
}

/**
 * Brings `copy` up to date with `source`. `changes`: of each block, the sum of the squares of what has changed; `sums`: of what
 * it is now; float64.
 */
export function follow(bytes: usize, copy: usize, source: usize, changes: usize, sums: usize): void {
  for (let start: usize = 0; start < bytes; start += blockBytes) {
    const size = min(blockBytes, bytes - start);
    const whole = wholeGroups(size);
    const to = copy + start;
    const from = source + start;
    let lowChange = f64x2.splat(0);
    let highChange = f64x2.splat(0);
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let at: usize = 0; at < whole; at += 16) {
      const now = v128.load(from + at);
      const before = v128.load(to + at);
      v128.store(to + at, now);
      lowChange = f64x2.add(lowChange, lowDifferences(now, before));
      highChange = f64x2.add(highChange, highDifferences(now, before));
      low = f64x2.add(low, lowSquares(now));
      high = f64x2.add(high, highSquares(now));
    }
    const rest = size - whole;
    const now = loadPart(from + whole, rest);
    const before = loadPart(to + whole, rest);
    storePart(to + whole, now, rest);
    lowChange = f64x2.add(lowChange, lowDifferences(now, before));
    highChange = f64x2.add(highChange, highDifferences(now, before));
    store<f64>(changes, sumLanes(lowChange, highChange));
    store<f64>(sums, sumLanes(f64x2.add(low, lowSquares(now)), f64x2.add(high, highSquares(now))));
    changes += 8;
    sums += 8;
  }
}
