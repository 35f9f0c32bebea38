// Numbers by formula (the linear congruential generator of Numerical Recipes), exact in float32, for checks that compare one run
// with another: the Python scripts beside the fixtures make the same ones.

/** Makes `count` multiples of scale / 2^16 in [-scale / 2, scale / 2); with `scale` a power of two they are exact. */
export function probeValues(seed: number, count: number, scale: number): Float32Array {
  const next = probeSequence(seed);
  return Float32Array.from({ length: count }, () => ((next() >>> 16) / 65536 - 0.5) * scale);
}

/** Makes `count` integers from 0 to `limit` - 1. */
export function probeIntegers(seed: number, count: number, limit: number): Int32Array {
  const next = probeSequence(seed);
  return Int32Array.from({ length: count }, () => (next() >>> 16) % limit);
}

function probeSequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
}
