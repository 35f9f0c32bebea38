// The promise behind equal bits: however the shards are dealt, answered, lost and repeated, the sum is the one of leaf by leaf.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Coverage } from '../../src/collective/coverage.js';
import { dealShares } from '../../src/collective/shares.js';
import { coverShards, nodeKey, reduceTree, rootNode, shardRange, type TreeNode } from '../../src/collective/tree.js';

const settings = { seed: 20_240_602, numRuns: 300 };
const add = (left: number, right: number): number => Math.fround(left + right);

/** Values of shards as float32, and the node values that their owners would send. */
function leafOf(values: readonly number[]): (node: TreeNode) => number | undefined {
  return ({ level, index }) => (level === 0 ? values[index] : undefined);
}
function valueOf(node: TreeNode, values: readonly number[], held: ReadonlySet<number>): number | undefined {
  const leaf = (inner: TreeNode): number | undefined => (held.has(inner.index) ? leafOf(values)(inner) : undefined);
  return reduceTree(node, values.length, leaf, add);
}

const shardValues = fc.integer({ min: 1, max: 33 }).chain((numShards) =>
  fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e10, max: 1e10 }), {
    minLength: numShards,
    maxLength: numShards,
  }),
);
/** Who holds which shard, which shards nobody holds (owner 0), and the order in which answers come. */
const worlds = shardValues.chain((values) =>
  fc.record({
    values: fc.constant(values),
    owners: fc.array(fc.nat(4), { minLength: values.length, maxLength: values.length }),
    order: fc.array(fc.nat(1000), { minLength: 99, maxLength: 99 }),
  }),
);

describe('the reduction tree', () => {
  it('gives the same bits for any division of any subset of shards as one leaf at a time', () => {
    fc.assert(
      fc.property(worlds, ({ values, owners }) => {
        const present = new Set([...owners.keys()].filter((shard) => owners[shard] !== 0));
        const wanted = valueOf(rootNode(values.length), values, present);
        const nodes = new Map<string, number>();
        for (const owner of [1, 2, 3, 4]) {
          const held = new Set([...owners.keys()].filter((shard) => owners[shard] === owner));
          for (const node of coverShards(held, values.length))
            nodes.set(nodeKey(node), valueOf(node, values, held) ?? NaN);
        }
        const got = reduceTree(rootNode(values.length), values.length, (node) => nodes.get(nodeKey(node)), add);
        expect(Object.is(got, wanted)).toBe(true);
      }),
      settings,
    );
  });

  it('gives the same bits when shards are computed by several and answers overlap, come twice and in any order', () => {
    fc.assert(
      fc.property(worlds, ({ values, owners, order }) => {
        const numShards = values.length;
        const wanted = valueOf(rootNode(numShards), values, new Set(values.keys()));
        // Two leases of each shard: one as dealt, one with every shard of the left or right half again, and all of it twice.
        const held = [0, 1, 2, 3, 4].map(
          (owner) => new Set([...owners.keys()].filter((shard) => owners[shard] === owner)),
        );
        const halves = [0, 1].map(
          (half) => new Set([...values.keys()].filter((shard) => 2 * shard < numShards === (half === 0))),
        );
        const answers = [...held, ...halves, ...held].flatMap((set) =>
          coverShards(set, numShards).map((node) => ({ node, value: valueOf(node, values, set) ?? NaN })),
        );
        const shuffled = answers
          .map((answer, i) => ({ answer, key: order[i % order.length] ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ answer }) => answer);
        const coverage = new Coverage(numShards);
        const store = new Map<string, number>();
        for (const { node, value } of shuffled) {
          const { admitted, replaced } = coverage.admit(node);
          for (const old of replaced) store.delete(nodeKey(old));
          if (admitted) store.set(nodeKey(node), value);
        }
        expect(coverage.isComplete).toBe(true);
        expect([...store.keys()].sort()).toEqual(coverage.nodes.map(nodeKey).sort());
        const got = reduceTree(rootNode(numShards), numShards, (node) => store.get(nodeKey(node)), add);
        expect(Object.is(got, wanted)).toBe(true);
      }),
      settings,
    );
  });

  it('covers a set with nodes that are apart, hold it exactly, and cannot be merged', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.array(fc.nat(63)), (numShards, chosen) => {
        const held = new Set(chosen.filter((shard) => shard < numShards));
        const nodes = coverShards(held, numShards);
        const covered = nodes.flatMap((node) => {
          const [first, end] = shardRange(node, numShards);
          return Array.from({ length: end - first }, (_, i) => first + i);
        });
        expect(covered).toEqual([...held].sort((a, b) => a - b));
        for (const { level, index } of nodes) {
          if (level === rootNode(numShards).level) continue;
          const [first, end] = shardRange({ level: level + 1, index: index >> 1 }, numShards);
          const isParentHeld = Array.from({ length: end - first }, (_, i) => first + i).every((shard) =>
            held.has(shard),
          );
          expect(isParentHeld).toBe(false);
        }
      }),
      settings,
    );
  });
});

describe('shares', () => {
  const speeds = fc.option(fc.double({ min: 0.001, max: 10, noNaN: true }), { nil: undefined });

  it('hold every shard once, in order, in contiguous runs, at least one each, whatever the speeds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(speeds, { minLength: 1, maxLength: 50 }),
        (numShards, seconds) => {
          const shards = Array.from({ length: numShards }, (_, i) => 3 * i + 1);
          const workers = seconds.map((secondsPerShard, rank) => ({ rank: 2 * rank, secondsPerShard }));
          const shares = dealShares(shards, workers);
          expect(shares.flatMap((share) => share.shards)).toEqual(shards);
          expect(shares.every((share) => share.shards.length > 0)).toBe(true);
          expect(shares.map(({ rank }) => rank)).toEqual(workers.slice(0, numShards).map(({ rank }) => rank));
        },
      ),
      settings,
    );
  });

  it('are within one shard of what the speeds ask for, where nobody falls below one', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1, max: 2, noNaN: true }), { minLength: 1, maxLength: 8 }), (seconds) => {
        const shards = Array.from({ length: 64 }, (_, i) => i);
        const shares = dealShares(
          shards,
          seconds.map((secondsPerShard, rank) => ({ rank, secondsPerShard })),
        );
        const total = seconds.reduce((sum, each) => sum + 1 / each, 0);
        shares.forEach(({ rank, shards: share }) => {
          expect(Math.abs(share.length - (64 * (1 / (seconds[rank] ?? 1))) / total)).toBeLessThanOrEqual(1);
        });
      }),
      settings,
    );
  });
});
