// Vectors that arrive in chunks, and the sum over the tree.
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { TreeNode } from '../../../src/collective/tree.js';
import { GradientStore } from '../../../src/coordinator/gradient-store.js';
import { copyOf, encodeVector } from '../../../src/protocol/chunks.js';
import { decodeFrame } from '../../../src/protocol/frame.js';
import { addInto } from '../../../src/tensor/flat-vector.js';
import { meanNormIn } from '../../../src/tensor/reduce.js';
import { createVectorArena } from '../../../src/tensor/vector-arena.js';

const size = 3;
const node = (level: number, index: number): TreeNode => ({ level, index });

const headerOf = (lease: number, at: TreeNode) =>
  ({ ...tensorOf(lease, at), dtype: 'f32', chunk: 0, offset: 0, count: size, total: size }) as const;
const tensorOf = (lease: number, at: TreeNode) =>
  ({ kind: 'gradient', generation: 1, step: 0, attempt: lease, ...at, runId: '0'.repeat(16) }) as const;

/** Sends a vector in chunks of two values; the last `without` chunks stay out. Tells whether it became whole. */
function arrive(store: GradientStore, lease: number, at: TreeNode, values: readonly number[], without = 0): boolean {
  const frames = [...encodeVector(tensorOf(lease, at), Float32Array.from(values), 8, crc32)];
  let isWhole = false;
  for (const frame of frames.slice(0, frames.length - without)) {
    const decoded = decodeFrame(frame, crc32);
    isWhole = store.add(decoded.header, copyOf(decoded.payload));
  }
  return isWhole;
}

/** The sum of all that is in, its last addition taken too. */
function total(store: GradientStore): Float32Array | undefined {
  const sum = store.reduce();
  if (sum?.right) addInto(sum.left, sum.right);
  return sum?.left;
}

describe('the gradient store', () => {
  it('sums along the tree in float32, left first, whatever order the nodes came in', () => {
    const leaves = [
      [1, 0.1, 1e8],
      [1, 0.2, 1],
      [1, 0.3, -1e8],
    ] as const;
    const f = Math.fround;
    const wanted = Float32Array.of(3, f(f(f(0.1) + f(0.2)) + f(0.3)), f(f(1e8 + 1) - 1e8));
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const store = new GradientStore(size, 3, createVectorArena());
      for (const shard of order) {
        expect(arrive(store, 7, node(0, shard), leaves[shard] ?? [])).toBe(true);
        store.keep(7, node(0, shard), []);
      }
      expect(total(store)).toEqual(wanted);
      expect(store.isEmpty).toBe(true);
    }
  });

  it.each([
    ['left alone', 1],
    ['left and right', 2],
    ['four leaves', 4],
  ])('reads vectors that workers lend, and writes none of them: %s', (_, numShards) => {
    const arena = createVectorArena();
    const lent = Array.from({ length: numShards }, (__, shard) => Float32Array.of(shard + 1, 2, 3));
    const before = lent.map((vector) => [...vector]);
    const store = new GradientStore(size, numShards, arena);
    for (const [shard, vector] of lent.entries()) {
      store.borrow(headerOf(7, node(0, shard)), vector, shard);
      store.keep(7, node(0, shard), []);
    }
    const sum = store.reduce()!;
    const squares = meanNormIn(arena, sum, 1);
    const wanted = [1, 2, 3].map((value, i) => (i === 0 ? (numShards * (numShards + 1)) / 2 : value * numShards));
    expect([...(sum.target ?? sum.left)]).toEqual(wanted);
    expect(squares).toBe(wanted.reduce((all, value) => all + value * value, 0));
    expect(lent.map((vector) => [...vector])).toEqual(before);
    store.giveBack(sum);
    store.borrow(headerOf(8, node(0, 0)), lent[0]!, 0); // nothing is borrowed any more
    store.dropLease(8);
    expect(store.isEmpty).toBe(true);
  });

  it('owns what a worker has lent before that worker writes there again', () => {
    const store = new GradientStore(size, 2, createVectorArena());
    const [kept, staged, other] = [Float32Array.of(1, 1, 1), Float32Array.of(9, 9, 9), Float32Array.of(2, 2, 2)];
    store.borrow(headerOf(1, node(0, 0)), kept, 4);
    store.keep(1, node(0, 0), []);
    store.borrow(headerOf(2, node(0, 1)), staged, 4);
    store.borrow(headerOf(3, node(0, 1)), other, 5);
    store.own(4);
    kept.fill(7);
    staged.fill(7);
    store.keep(2, node(0, 1), []);
    store.drop(3, node(0, 1));
    expect(total(store)).toEqual(Float32Array.of(10, 10, 10));
    expect(store.isEmpty).toBe(true);
  });

  it('refuses two gradients in one cell', () => {
    const store = new GradientStore(size, 2, createVectorArena());
    const vector = new Float32Array(size);
    store.borrow(headerOf(1, node(0, 0)), vector, 0);
    expect(() => store.borrow(headerOf(1, node(0, 1)), vector, 0)).toThrow(
      expect.objectContaining({ code: 'CELL_INVALID' }),
    );
  });

  it('forgets what a larger node replaces', () => {
    const store = new GradientStore(size, 2, createVectorArena());
    arrive(store, 1, node(0, 0), [1, 1, 1]);
    store.keep(1, node(0, 0), []);
    arrive(store, 2, node(1, 0), [5, 5, 5]);
    store.keep(2, node(1, 0), [node(0, 0)]);
    expect(total(store)).toEqual(Float32Array.of(5, 5, 5));
  });

  it('keeps answers of two leases to one node apart', () => {
    const store = new GradientStore(size, 1, createVectorArena());
    arrive(store, 1, node(0, 0), [1, 1, 1], 1);
    arrive(store, 2, node(0, 0), [2, 2, 2]);
    store.keep(2, node(0, 0), []);
    store.dropLease(1);
    expect(total(store)).toEqual(Float32Array.of(2, 2, 2));
    expect(store.isEmpty).toBe(true);
  });

  it('drops what has arrived for a lease, and for no other whose number begins alike', () => {
    const store = new GradientStore(size, 2, createVectorArena());
    arrive(store, 1, node(0, 0), [1, 1, 1], 1);
    arrive(store, 12, node(0, 1), [2, 2, 2]);
    store.dropLease(1);
    store.keep(12, node(0, 1), []);
    expect(total(store)).toEqual(Float32Array.of(2, 2, 2));
  });

  it('gives every vector back, however it left the store', () => {
    const arena = createVectorArena();
    let lent = 0;
    const counting = {
      ...arena,
      allocate: (length: number) => ((lent += 1), arena.allocate(length)),
      free: (vector: Float32Array) => ((lent -= 1), arena.free(vector)),
    };
    const store = new GradientStore(size, 4, counting);
    for (const [lease, at] of [
      [1, node(0, 0)],
      [2, node(0, 1)],
      [3, node(1, 0)],
      [4, node(1, 1)],
    ] as const) {
      arrive(store, lease, at, [1, 2, 3]);
    }
    arrive(store, 5, node(0, 0), [1, 2, 3], 1);
    store.keep(1, node(0, 0), []);
    store.keep(2, node(0, 1), []);
    store.keep(3, node(1, 0), [node(0, 0), node(0, 1)]);
    store.keep(4, node(1, 1), []);
    arrive(store, 6, node(1, 1), [1, 2, 3]);
    store.drop(6, node(1, 1));
    arrive(store, 7, node(1, 1), [1, 2, 3]);
    store.dropLease(5);
    store.dropLease(7);
    const sum = store.reduce();
    expect([store.isEmpty, lent]).toEqual([true, 2]);
    expect([sum?.left, sum?.right].map((vector) => [...vector!])).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it('holds the open nodes of the tree, and no more: siblings are summed when both are in', () => {
    const arena = createVectorArena();
    let lent = 0;
    const counting = {
      ...arena,
      allocate: (length: number) => ((lent += 1), arena.allocate(length)),
      free: (vector: Float32Array) => ((lent -= 1), arena.free(vector)),
    };
    const store = new GradientStore(size, 8, counting);
    const held = [2, 0, 1, 3, 7, 6, 5, 4].map((shard) => {
      arrive(store, 1, node(0, shard), [shard, 1, 1e-8]);
      store.keep(1, node(0, shard), []);
      return lent;
    });
    expect(held).toEqual([1, 2, 2, 1, 2, 2, 3, 2]);
    const f = Math.fround;
    expect(total(store)).toEqual(Float32Array.of(28, 8, f(8 * f(1e-8))));
  });

  it('forgets sums that a larger node replaces', () => {
    const store = new GradientStore(size, 8, createVectorArena());
    for (const shard of [0, 1]) {
      arrive(store, 1, node(0, shard), [1, 1, 1]);
      store.keep(1, node(0, shard), []);
    }
    arrive(store, 2, node(2, 0), [5, 5, 5]);
    store.keep(2, node(2, 0), [node(0, 0), node(0, 1)]);
    expect(total(store)).toEqual(Float32Array.of(5, 5, 5));
    expect(store.isEmpty).toBe(true);
  });

  it('has no sum when nothing is in', () => {
    expect(new GradientStore(size, 4, createVectorArena()).reduce()).toBeUndefined();
  });

  it('refuses to count a node that is not here, instead of making the sum smaller', () => {
    const store = new GradientStore(size, 2, createVectorArena());
    expect(() => store.keep(1, node(0, 0), [])).toThrow(expect.objectContaining({ code: 'GRADIENT_MISSING' }));
  });
});
