// The digest of a vector, block by block: 128 bits for each 4,096 values, cheap enough to be taken in the pass that writes them.
// A chain over the groups of four words, state = stir(state ^ group). Every part of it can be undone (xor, an odd multiplier,
// x ^= neighbour >>> 15), so two blocks that differ in one group, by any number of bits, never have one digest. It is a check
// of bits against accidents, not a cryptographic hash; SHA-256 over the blocks of all vectors is taken in src/checkpoint/digest.ts.
import { normBlockSize as blockSize } from './flat-vector.js';
import { eachValue } from './kernel-team.js';
import type { VectorArena } from './vector-arena.js';

export const blockDigestBytes = 16;

const starts = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344] as const; // the fraction of pi
const multipliers = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f] as const; // primes of xxHash32 (Collet)

export const numBlocks = (length: number): number => Math.ceil(length / blockSize);

/** Digests a vector's blocks: 16 bytes each, one after the other. A short last group is filled with zeros. */
export function digestBlocks(vector: Float32Array): Uint8Array {
  const words = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
  const digests = new DataView(new ArrayBuffer(blockDigestBytes * numBlocks(vector.length)));
  for (let start = 0, at = 0; start < words.length; start += blockSize, at += blockDigestBytes) {
    digestBlock(words.subarray(start, start + blockSize)).forEach((word, i) =>
      digests.setInt32(at + 4 * i, word, true),
    );
  }
  return new Uint8Array(digests.buffer);
}

function digestBlock(words: Uint32Array): readonly number[] {
  let [state0, state1, state2, state3]: readonly number[] = starts as readonly number[];
  for (let i = 0; i < words.length; i += 4) {
    const product0 = Math.imul(state0! ^ words[i]!, multipliers[0]);
    const product1 = Math.imul(state1! ^ (words[i + 1] ?? 0), multipliers[1]);
    const product2 = Math.imul(state2! ^ (words[i + 2] ?? 0), multipliers[2]);
    const product3 = Math.imul(state3! ^ (words[i + 3] ?? 0), multipliers[3]);
    state0 = product0 ^ (product1 >>> 15);
    state1 = product1 ^ (product2 >>> 15);
    state2 = product2 ^ (product3 >>> 15);
    state3 = product3 ^ (product0 >>> 15);
  }
  return [state0!, state1!, state2!, state3!];
}

/** Digests a vector's blocks with the arena's kernels, or with the oracle where the vector does not lie in it. */
export function digestBlocksIn(arena: VectorArena, vector: Float32Array): Uint8Array {
  const address = arena.addressOf(vector);
  if (!arena.team || address === undefined) return digestBlocks(vector);
  const room = arena.allocate((blockDigestBytes / 4) * numBlocks(vector.length));
  try {
    const target = arena.addressOf(room);
    if (target === undefined) return digestBlocks(vector);
    arena.team.run('digestBlocks', vector.byteLength, [eachValue(address), { at: target, step: blockDigestBytes }]);
    return new Uint8Array(room.buffer, room.byteOffset, room.byteLength).slice();
  } finally {
    arena.free(room);
  }
}
