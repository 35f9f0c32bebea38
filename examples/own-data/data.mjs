// Sequences that rise or fall under noise, in a page of code: which of the two is asked.
import { defineData } from 'bridle/data';

/** A generator with a seed (mulberry32): a resumed run must find the same data again. */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Examples that are made when their turn comes: nothing is held in memory. */
const split = (length, seed) => ({
  length,
  example(index) {
    const random = randomFrom(seed + index);
    const steps = 8 + Math.floor(random() * 8);
    const rises = random() < 0.5;
    const inputs = new Float32Array(steps * 2); // [steps, features]: the value, and the time
    for (let step = 0; step < steps; step++) {
      inputs[2 * step] = (rises ? 1 : -1) * (step / steps) + random() - 0.5;
      inputs[2 * step + 1] = step / steps;
    }
    return { inputs, targets: rises ? 1 : 0 };
  },
});

export default defineData({
  inputs: { kind: 'dense', features: 2 },
  targets: { kind: 'class', classes: 2, per: 'sequence' },
  train: split(1000, 0),
  valid: split(100, 10_000),
  test: split(100, 20_000),
});
