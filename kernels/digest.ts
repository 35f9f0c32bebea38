// The digest of a block: 128 bits of its bits. The oracle, and why it is as it is, are in src/tensor/block-digest.ts.
import { blockBytes, loadPart, wholeGroups } from './vector';

// In memory, not written as constants: V8 would build those anew each time that they are used.
const starts = memory.data<u32>([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], 16);
const multipliers = memory.data<u32>([0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f], 16);

export function digestStart(): v128 {
  return v128.load(starts);
}

export function digestMultiplier(): v128 {
  return v128.load(multipliers);
}

/** Stirs a group into a state. */
export function stir(state: v128, group: v128, multiplier: v128): v128 {
  const product = i32x4.mul(v128.xor(state, group), multiplier);
  return v128.xor(product, i32x4.shr_u(v128.shuffle<i32>(product, product, 1, 2, 3, 0), 15));
}

/** Writes the digests of a vector's blocks, 16 bytes each. */
export function digestBlocks(bytes: usize, vector: usize, digests: usize): void {
  const multiplier = digestMultiplier();
  for (let start: usize = 0; start < bytes; start += blockBytes) {
    const block = vector + start;
    const size = min(blockBytes, bytes - start);
    const whole = wholeGroups(size);
    let state = digestStart();
    for (let at: usize = 0; at < whole; at += 16) state = stir(state, v128.load(block + at), multiplier);
    if (whole < size) state = stir(state, loadPart(block + whole, size - whole), multiplier);
    v128.store(digests, state);
    digests += 16;
  }
}
