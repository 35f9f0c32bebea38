// Vectors that are lent and given back: where they lie, and what happens where WebAssembly memory ends.
import { describe, expect, it } from 'vitest';
import { createVectorArena } from '../../../src/tensor/vector-arena.js';

describe('the vector arena', () => {
  it('lends vectors that start at a cache line and do not overlap', () => {
    const arena = createVectorArena();
    const vectors = [1, 17, 16, 0, 40_000, 3].map((length) => arena.allocate(length));
    expect(vectors.map((vector) => vector.length)).toEqual([1, 17, 16, 0, 40_000, 3]);
    expect(vectors.every((vector) => vector.byteOffset % 64 === 0 && vector.byteOffset >= 65_536)).toBe(true);
    vectors.forEach((vector, i) => vector.fill(i));
    vectors.forEach((vector, i) => expect(vector.every((value) => value === i)).toBe(true));
    expect(new Set(vectors.map((vector) => vector.byteOffset)).size).toBe(vectors.length);
  });

  it('keeps views whole when the memory grows', () => {
    const arena = createVectorArena();
    const early = arena.allocate(4);
    const late = arena.allocate(1_000_000);
    early.fill(7);
    expect(late.length).toBe(1_000_000);
    expect([...early]).toEqual([7, 7, 7, 7]);
    expect(arena.addressOf(early)).toBe(early.byteOffset);
    expect(arena.addressOf(late)).toBe(late.byteOffset);
  });

  it('lends the same memory again, to vectors of the same length only', () => {
    const arena = createVectorArena();
    const first = arena.allocate(5);
    arena.free(first);
    expect(arena.allocate(6)).not.toBe(first);
    expect(arena.allocate(5)).toBe(first);
    expect(arena.allocate(5)).not.toBe(first);
  });

  it('refuses what it has not lent, and what it has back already', () => {
    const arena = createVectorArena();
    const vector = arena.allocate(5);
    arena.free(vector);
    expect(() => arena.free(vector)).toThrow(RangeError);
    expect(() => arena.free(new Float32Array(5))).toThrow(RangeError);
  });

  it('knows the address of a view, and none of a vector from elsewhere', () => {
    const arena = createVectorArena();
    const vector = arena.allocate(40);
    expect(arena.addressOf(vector.subarray(16, 20))).toBe(vector.byteOffset + 64);
    expect(arena.addressOf(new Float32Array(4))).toBeUndefined();
    expect(createVectorArena().addressOf(vector)).toBeUndefined();
  });

  it('lends plain arrays where the memory ends, and says so once', () => {
    const reasons: string[] = [];
    const arena = createVectorArena({ maxPages: 2, onFallback: (reason) => reasons.push(reason) });
    expect(arena.addressOf(arena.allocate(16_384))).toBe(65_536);
    const plain = [arena.allocate(16), arena.allocate(16)];
    expect(plain.map((vector) => arena.addressOf(vector))).toEqual([undefined, undefined]);
    expect(reasons).toEqual([expect.stringContaining('could not grow to 131136 bytes')]);
    arena.free(plain[0]!);
    expect(arena.allocate(16)).toBe(plain[0]);
  });

  it('lends plain arrays where no memory is wanted', () => {
    const arena = createVectorArena({ maxPages: 0 });
    expect(arena.kernels).toBeUndefined();
    expect(arena.addressOf(arena.allocate(16))).toBeUndefined();
  });
});
