// Philox4x32-10: a counter-based generator (Salmon, Moraes, Dror and Shaw 2011, "Parallel Random Numbers: As Easy as 1, 2, 3").

const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
// The key is bumped by the golden ratio and the square root of 3, less 1, in 32 bits.
const weyl0 = 0x9e3779b9;
const weyl1 = 0xbb67ae85;
const numRounds = 10;

/** Two words of 32 bits. */
export type RandomKey = readonly [number, number];
/** Four words of 32 bits. */
export type RandomCounter = readonly [number, number, number, number];

/** Turns (key, counter) into four random words of 32 bits: a pure function, equal on every machine. */
export function randomWords(key: RandomKey, counter: RandomCounter): Uint32Array {
  let [k0, k1] = key;
  let [c0, c1, c2, c3] = counter;
  for (let round = 0; round < numRounds; round++) {
    const high0 = highProduct(multiplier0, c0);
    const high1 = highProduct(multiplier1, c2);
    const low0 = Math.imul(multiplier0, c0);
    const low1 = Math.imul(multiplier1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + weyl0) | 0;
    k1 = (k1 + weyl1) | 0;
  }
  return Uint32Array.of(c0, c1, c2, c3);
}

/** The upper 32 bits of the product of two unsigned words, by halves of 16 bits: no partial sum passes 32 bits. */
function highProduct(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = Math.imul(aLow, bLow) >>> 16;
  const middle = (Math.imul(aHigh, bLow) >>> 0) + low; // below 2^32
  const cross = (Math.imul(aLow, bHigh) >>> 0) + (middle & 0xffff); // below 2^32
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (cross >>> 16)) | 0;
}
