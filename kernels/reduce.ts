// From the gradients of the shards to their mean: sum, mean and squared norm. The oracle is src/tensor/flat-vector.ts.
import { blockBytes, highSquares, loadPart, lowSquares, storePart, sumLanes, wholeGroups } from './vector';

/** target = f(target + source) */
export function add(target: usize, source: usize, bytes: usize): void {
  const whole = wholeGroups(bytes);
  for (let at: usize = 0; at < whole; at += 16) {
    v128.store(target + at, f32x4.add(v128.load(target + at), v128.load(source + at)));
  }
  const rest = bytes - whole;
  const sum = f32x4.add(loadPart(target + whole, rest), loadPart(source + whole, rest));
  storePart(target + whole, sum, rest);
}

/** target = f(target / count); returns `total` plus the sum of its squares, block by block. */
export function meanNorm(target: usize, bytes: usize, count: f32, total: f64): f64 {
  const divisor = f32x4.splat(count);
  for (let start: usize = 0; start < bytes; start += blockBytes) {
    const size = min(blockBytes, bytes - start);
    const whole = wholeGroups(size);
    const block = target + start;
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let at: usize = 0; at < whole; at += 16) {
      const mean = f32x4.div(v128.load(block + at), divisor);
      v128.store(block + at, mean);
      low = f64x2.add(low, lowSquares(mean));
      high = f64x2.add(high, highSquares(mean));
    }
    const mean = f32x4.div(loadPart(block + whole, size - whole), divisor);
    storePart(block + whole, mean, size - whole);
    total += sumLanes(f64x2.add(low, lowSquares(mean)), f64x2.add(high, highSquares(mean)));
  }
  return total;
}

/** target = f(f(target + source) / count); returns `total` plus the sum of its squares, block by block. */
export function addMeanNorm(target: usize, source: usize, bytes: usize, count: f32, total: f64): f64 {
  const divisor = f32x4.splat(count);
  for (let start: usize = 0; start < bytes; start += blockBytes) {
    const size = min(blockBytes, bytes - start);
    const whole = wholeGroups(size);
    const left = target + start;
    const right = source + start;
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let at: usize = 0; at < whole; at += 16) {
      const mean = f32x4.div(f32x4.add(v128.load(left + at), v128.load(right + at)), divisor);
      v128.store(left + at, mean);
      low = f64x2.add(low, lowSquares(mean));
      high = f64x2.add(high, highSquares(mean));
    }
    const rest = size - whole;
    const sum = f32x4.add(loadPart(left + whole, rest), loadPart(right + whole, rest));
    const mean = f32x4.div(sum, divisor);
    storePart(left + whole, mean, rest);
    total += sumLanes(f64x2.add(low, lowSquares(mean)), f64x2.add(high, highSquares(mean)));
  }
  return total;
}

/** Returns `total` plus the sum of the squares, block by block. */
export function squaredNorm(vector: usize, bytes: usize, total: f64): f64 {
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
    total += sumLanes(f64x2.add(low, lowSquares(group)), f64x2.add(high, highSquares(group)));
  }
  return total;
}
