// The coordinator's part of a step beside plain copies of as many bytes: sum of two gradients, mean, norm, clip, Adam, check of
// the weights and digest, one thread. Moved per parameter: 12 bytes for the sum, 28 for the update; a copy of n bytes moves 2 n.
// CPU time of this process, so that neighbours on the machine count little; the least and the median of all rounds, in turns.
// Usage: node bench/update.mjs [rounds] (after npm run build)
import { digestState } from '../dist/checkpoint/checkpoint.js';
import { createOptimizer } from '../dist/optim/create-optimizer.js';
import { updateInOnePass } from '../dist/optim/one-pass.js';
import { meanNormIn } from '../dist/tensor/reduce.js';
import { createVectorArena } from '../dist/tensor/vector-arena.js';

const options = { name: 'adam', amsgrad: false, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

/** @param {() => void} run */
function cpuMs(run) {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** @param {number} size */
function makeStep(size, arena = createVectorArena()) {
  const optimizer = createOptimizer(options);
  const fresh = optimizer.init(size);
  const place = (/** @type {(i: number) => number} */ value) => {
    const vector = arena.allocate(size);
    for (let i = 0; i < size; i += 1) vector[i] = value(i);
    return vector;
  };
  const noise = (/** @type {number} */ i) => ((i * 2654435761) % 1000) / 1e5 - 0.005;
  const moments = Object.fromEntries(Object.keys(fresh.moments).map((name) => [name, place(() => 0)]));
  const state = { ...fresh, moments };
  const [params, left, right] = [place(noise), place(noise), place((i) => noise(i + 7))];
  const reduce = () => meanNormIn(arena, { left, right }, 64);
  const update = () => {
    const pass = { params, state, grads: left, learningRate: 1e-3, clipCoefficient: 0.5 };
    const { blockDigests } = updateInOnePass(arena, optimizer, pass);
    digestState(params, state, { digestBlocks: (vector) => blockDigests.get(vector) ?? new Uint8Array() });
  };
  return { reduce, update };
}

/** @param {number} bytes */
function makeCopy(bytes) {
  const [from, to] = [new Uint8Array(bytes / 2).fill(1), new Uint8Array(bytes / 2).fill(2)];
  return () => to.set(from);
}

/** @param {number} size @param {number} rounds */
function measure(size, rounds) {
  const runs = { ...makeStep(size), copy12: makeCopy(12 * size), copy28: makeCopy(28 * size) };
  /** @type {Record<string, number[]>} */
  const times = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(runs)) (times[name] ??= []).push(cpuMs(run));
  }
  const least = (/** @type {string} */ name) => Math.min(...(times[name] ?? []));
  const median = (/** @type {string} */ name) => (times[name] ?? []).toSorted((a, b) => a - b)[rounds >> 1] ?? NaN;
  return { least, median };
}

const rounds = Number(process.argv[2] ?? 9);
console.log('| parameters | sum, mean, norm ms | clip, Adam, digest ms | copies ms | ratio (least) | ratio (median) |');
for (const size of [330_000, 2_500_000, 25_000_000]) {
  const { least, median } = measure(size, size > 1e7 ? rounds : 5 * rounds);
  const ratioOf = (/** @type {typeof least} */ pick) =>
    ((pick('reduce') + pick('update')) / (pick('copy12') + pick('copy28'))).toFixed(2);
  const copies = least('copy12') + least('copy28');
  const columns = [size, ...[least('reduce'), least('update'), copies].map((ms) => ms.toFixed(2))];
  console.log(`| ${[...columns, ratioOf(least), ratioOf(median)].join(' | ')} |`);
}
