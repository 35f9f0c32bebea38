// The last pass of a step, block by block while the block is in the cache: clip, optimizer, check of the weights, digests.
// The oracles are src/optim/adam.ts and src/optim/sgd.ts; docs/numerics.md has the order of operations.
// A block's last group may be short: it is computed in `tail`, and what lies beyond it is masked where it would count.
import { digestMultiplier, digestStart, stir } from './digest';
import { blockBytes, highSquares, loadPart, lowSquares, partMask, storePart, sumLanes, wholeGroups } from './vector';

/** Bits of the least float32 without its sign that is not finite. */
const infinityBits: u32 = 0x7f800000;
const magnitudeBits: u32 = 0x7fffffff;

/** Four of these stay in the first cache from loop to loop. */
const pieceBytes: usize = 2048;

// Room for what the loops over the groups of a block hand on, of each thread its own: 160 bytes.
let tail: usize = 0;
let lowLanes: usize = 0;
let highLanes: usize = 0;
let largestWeights: usize = 0;
let states: usize = 0;

/** Says where this thread's room is, at a multiple of 16. */
export function useScratch(address: usize): void {
  tail = address;
  lowLanes = address + 64;
  highLanes = address + 80;
  largestWeights = address + 96;
  states = address + 112;
}

function beginBlock(): void {
  v128.store(largestWeights, i32x4.splat(0));
  v128.store(lowLanes, f64x2.splat(0));
  v128.store(highLanes, f64x2.splat(0));
  const start = digestStart();
  v128.store(states, start);
  v128.store(states, start, 16);
  v128.store(states, start, 32);
}

/** The squared norm of a block's gradient as it was applied, NaN when a weight is not finite any more. */
function endBlock(): f64 {
  const isInfinite = i32x4.ge_u(v128.load(largestWeights), i32x4.splat(infinityBits));
  return v128.any_true(isInfinite) ? NaN : sumLanes(v128.load(lowLanes), v128.load(highLanes));
}

/** Adam and AdamW; the new weights go to `target`, which may be `params`. `sums`: 8 bytes a block for `endBlock`; digests: 16 bytes a block. */
export function adam(
  bytes: usize,
  target: usize,
  params: usize,
  grads: usize,
  averages: usize,
  squares: usize,
  clip: f32,
  decay: f32,
  coupledDecay: f32,
  beta2: f32,
  oneLessBeta1: f32,
  oneLessBeta2: f32,
  stepSize: f32,
  rootCorrection2: f32,
  epsilon: f32,
  sums: usize,
  paramsDigests: usize,
  averagesDigests: usize,
  squaresDigests: usize,
): void {
  for (let start: usize = 0; start < bytes; start += blockBytes) {
    const size = min(blockBytes, bytes - start);
    const to = target + start;
    const p = params + start;
    const g = grads + start;
    const m = averages + start;
    const v = squares + start;
    const whole = wholeGroups(size);
    beginBlock();
    for (let at: usize = 0; at < whole; at += pieceBytes) {
      const piece = min(pieceBytes, whole - at);
      // prettier-ignore
      adamMoments(to + at, p + at, g + at, m + at, v + at, piece, clip, decay, coupledDecay, beta2, oneLessBeta1, oneLessBeta2);
      adamWeights(to + at, m + at, v + at, piece, 16, stepSize, rootCorrection2, epsilon);
    }
    const rest = size - whole;
    if (rest > 0) {
      v128.store(tail, loadPart(p + whole, rest));
      v128.store(tail, loadPart(g + whole, rest), 16);
      v128.store(tail, loadPart(m + whole, rest), 32);
      v128.store(tail, loadPart(v + whole, rest), 48);
      // prettier-ignore
      adamMoments(tail, tail, tail + 16, tail + 32, tail + 48, 16, clip, decay, coupledDecay, beta2, oneLessBeta1, oneLessBeta2);
      adamWeights(tail, tail + 32, tail + 48, 16, rest, stepSize, rootCorrection2, epsilon);
      storePart(to + whole, v128.load(tail), rest);
      storePart(m + whole, v128.load(tail, 32), rest);
      storePart(v + whole, v128.load(tail, 48), rest);
    }
    store<f64>(sums, endBlock());
    sums += 8;
    v128.store(paramsDigests, v128.load(states));
    v128.store(averagesDigests, v128.load(states, 16));
    v128.store(squaresDigests, v128.load(states, 32));
    paramsDigests += 16;
    averagesDigests += 16;
    squaresDigests += 16;
  }
}

/** Clips, decays the weights and takes the gradient into both moments. */
function adamMoments(
  target: usize,
  params: usize,
  grads: usize,
  averages: usize,
  squares: usize,
  bytes: usize,
  clip: f32,
  decay: f32,
  coupledDecay: f32,
  beta2: f32,
  oneLessBeta1: f32,
  oneLessBeta2: f32,
): void {
  const clips = f32x4.splat(clip);
  const decays = f32x4.splat(decay);
  const coupledDecays = f32x4.splat(coupledDecay);
  const beta2s = f32x4.splat(beta2);
  const oneLessBeta1s = f32x4.splat(oneLessBeta1);
  const oneLessBeta2s = f32x4.splat(oneLessBeta2);
  let low = v128.load(lowLanes);
  let high = v128.load(highLanes);
  for (let at: usize = 0; at < bytes; at += 16) {
    const p = f32x4.mul(v128.load(params + at), decays);
    const clipped = f32x4.mul(v128.load(grads + at), clips);
    low = f64x2.add(low, lowSquares(clipped));
    high = f64x2.add(high, highSquares(clipped));
    const g = f32x4.add(clipped, f32x4.mul(coupledDecays, p));
    const m = v128.load(averages + at);
    v128.store(target + at, p);
    v128.store(averages + at, f32x4.add(m, f32x4.mul(oneLessBeta1s, f32x4.sub(g, m))));
    const square = f32x4.mul(f32x4.mul(oneLessBeta2s, g), g);
    v128.store(squares + at, f32x4.add(f32x4.mul(beta2s, v128.load(squares + at)), square));
  }
  v128.store(lowLanes, low);
  v128.store(highLanes, high);
}

/** Moves the weights by their moments; digests all three. Only the first `valid` bytes of each group count. */
function adamWeights(
  params: usize,
  averages: usize,
  squares: usize,
  bytes: usize,
  valid: usize,
  stepSize: f32,
  rootCorrection2: f32,
  epsilon: f32,
): void {
  const stepSizes = f32x4.splat(stepSize);
  const rootCorrections = f32x4.splat(rootCorrection2);
  const epsilons = f32x4.splat(epsilon);
  const mask = partMask(valid);
  const magnitude = i32x4.splat(magnitudeBits);
  const multiplier = digestMultiplier();
  let largest = v128.load(largestWeights);
  let stateP = v128.load(states);
  let stateM = v128.load(states, 16);
  let stateV = v128.load(states, 32);
  for (let at: usize = 0; at < bytes; at += 16) {
    const m = v128.load(averages + at);
    const v = v128.load(squares + at);
    const denominator = f32x4.add(f32x4.div(f32x4.sqrt(v), rootCorrections), epsilons);
    const p = f32x4.sub(v128.load(params + at), f32x4.div(f32x4.mul(stepSizes, m), denominator));
    v128.store(params + at, p);
    const counted = v128.and(p, mask);
    largest = i32x4.max_u(largest, v128.and(counted, magnitude));
    stateP = stir(stateP, counted, multiplier);
    stateM = stir(stateM, v128.and(m, mask), multiplier);
    stateV = stir(stateV, v128.and(v, mask), multiplier);
  }
  v128.store(largestWeights, largest);
  v128.store(states, stateP);
  v128.store(states, stateM, 16);
  v128.store(states, stateV, 32);
}

/** SGD with momentum; `sums` and digests as for Adam. */
export function sgdMomentum(
  bytes: usize,
  target: usize,
  params: usize,
  grads: usize,
  buffer: usize,
  clip: f32,
  weightDecay: f32,
  momentum: f32,
  learningRate: f32,
  sums: usize,
  paramsDigests: usize,
  bufferDigests: usize,
): void {
  for (let start: usize = 0; start < bytes; start += blockBytes) {
    const size = min(blockBytes, bytes - start);
    const to = target + start;
    const p = params + start;
    const g = grads + start;
    const b = buffer + start;
    const whole = wholeGroups(size);
    beginBlock();
    sgdMomentumGroups(to, p, g, b, whole, 16, clip, weightDecay, momentum, learningRate);
    const rest = size - whole;
    if (rest > 0) {
      v128.store(tail, loadPart(p + whole, rest));
      v128.store(tail, loadPart(g + whole, rest), 16);
      v128.store(tail, loadPart(b + whole, rest), 32);
      sgdMomentumGroups(tail, tail, tail + 16, tail + 32, 16, rest, clip, weightDecay, momentum, learningRate);
      storePart(to + whole, v128.load(tail), rest);
      storePart(b + whole, v128.load(tail, 32), rest);
    }
    store<f64>(sums, endBlock());
    sums += 8;
    v128.store(paramsDigests, v128.load(states));
    v128.store(bufferDigests, v128.load(states, 16));
    paramsDigests += 16;
    bufferDigests += 16;
  }
}

function sgdMomentumGroups(
  target: usize,
  params: usize,
  grads: usize,
  buffer: usize,
  bytes: usize,
  valid: usize,
  clip: f32,
  weightDecay: f32,
  momentum: f32,
  learningRate: f32,
): void {
  const clips = f32x4.splat(clip);
  const weightDecays = f32x4.splat(weightDecay);
  const momentums = f32x4.splat(momentum);
  const learningRates = f32x4.splat(learningRate);
  const mask = partMask(valid);
  const magnitude = i32x4.splat(magnitudeBits);
  const multiplier = digestMultiplier();
  let low = v128.load(lowLanes);
  let high = v128.load(highLanes);
  let largest = v128.load(largestWeights);
  let stateP = v128.load(states);
  let stateB = v128.load(states, 16);
  for (let at: usize = 0; at < bytes; at += 16) {
    const clipped = f32x4.mul(v128.load(grads + at), clips);
    low = f64x2.add(low, lowSquares(clipped));
    high = f64x2.add(high, highSquares(clipped));
    const p0 = v128.load(params + at);
    const g = f32x4.add(clipped, f32x4.mul(weightDecays, p0));
    const b = f32x4.add(f32x4.mul(momentums, v128.load(buffer + at)), g);
    const p = f32x4.sub(p0, f32x4.mul(learningRates, b));
    v128.store(buffer + at, b);
    v128.store(target + at, p);
    const counted = v128.and(p, mask);
    largest = i32x4.max_u(largest, v128.and(counted, magnitude));
    stateP = stir(stateP, counted, multiplier);
    stateB = stir(stateB, v128.and(b, mask), multiplier);
  }
  v128.store(lowLanes, low);
  v128.store(highLanes, high);
  v128.store(largestWeights, largest);
  v128.store(states, stateP);
  v128.store(states, stateB, 16);
}

/** SGD without momentum; `sums` and digests as for Adam. */
export function sgd(
  bytes: usize,
  target: usize,
  params: usize,
  grads: usize,
  clip: f32,
  weightDecay: f32,
  learningRate: f32,
  sums: usize,
  digests: usize,
): void {
  for (let start: usize = 0; start < bytes; start += blockBytes) {
    const size = min(blockBytes, bytes - start);
    const to = target + start;
    const p = params + start;
    const g = grads + start;
    const whole = wholeGroups(size);
    beginBlock();
    sgdGroups(to, p, g, whole, 16, clip, weightDecay, learningRate);
    const rest = size - whole;
    if (rest > 0) {
      v128.store(tail, loadPart(p + whole, rest));
      v128.store(tail, loadPart(g + whole, rest), 16);
      sgdGroups(tail, tail, tail + 16, 16, rest, clip, weightDecay, learningRate);
      storePart(to + whole, v128.load(tail), rest);
    }
    store<f64>(sums, endBlock());
    sums += 8;
    v128.store(digests, v128.load(states));
    digests += 16;
  }
}

function sgdGroups(
  target: usize,
  params: usize,
  grads: usize,
  bytes: usize,
  valid: usize,
  clip: f32,
  weightDecay: f32,
  learningRate: f32,
): void {
  const clips = f32x4.splat(clip);
  const weightDecays = f32x4.splat(weightDecay);
  const learningRates = f32x4.splat(learningRate);
  const mask = partMask(valid);
  const magnitude = i32x4.splat(magnitudeBits);
  const multiplier = digestMultiplier();
  let low = v128.load(lowLanes);
  let high = v128.load(highLanes);
  let largest = v128.load(largestWeights);
  let state = v128.load(states);
  for (let at: usize = 0; at < bytes; at += 16) {
    const clipped = f32x4.mul(v128.load(grads + at), clips);
    low = f64x2.add(low, lowSquares(clipped));
    high = f64x2.add(high, highSquares(clipped));
    const p0 = v128.load(params + at);
    const p = f32x4.sub(p0, f32x4.mul(learningRates, f32x4.add(clipped, f32x4.mul(weightDecays, p0))));
    v128.store(target + at, p);
    const counted = v128.and(p, mask);
    largest = i32x4.max_u(largest, v128.and(counted, magnitude));
    state = stir(state, counted, multiplier);
  }
  v128.store(lowLanes, low);
  v128.store(highLanes, high);
  v128.store(largestWeights, largest);
  v128.store(states, state);
}
