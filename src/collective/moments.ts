// Means and variances out of shards' parts, summed along the tree in float64 (Chan, Golub and LeVeque 1983): never from E[x^2] - E[x]^2,
// whose digits cancel.
import { reduceTree, rootNode } from './tree.js';

/** `[count | a | b]` of one shard, or of shards together; forward `b` is a sum of squares about the mean `a`, backward both are sums. */
export type Part = { readonly count: number; readonly a: Float64Array; readonly b: Float64Array };

/** Reads a shard's part. */
export function readPart(values: Float32Array): Part {
  const width = (values.length - 1) / 2;
  return {
    count: values[0]!,
    a: Float64Array.from(values.subarray(1, 1 + width)),
    b: Float64Array.from(values.subarray(1 + width)),
  };
}

/** Joins the parts of all shards; a shard without rows has none. */
export function joinParts(parts: ReadonlyMap<number, Part>, numShards: number, isForward: boolean): Part | undefined {
  const combine = isForward ? mergeMoments : addSums;
  return reduceTree(
    rootNode(numShards),
    numShards,
    (node) => (node.level === 0 ? parts.get(node.index) : undefined),
    combine,
  );
}

function mergeMoments(left: Part, right: Part): Part {
  const count = left.count + right.count;
  if (count === 0) return left;
  const share = right.count / count;
  const a = left.a.map((mean, i) => mean + (right.a[i]! - mean) * share);
  const b = left.b.map((squares, i) => {
    const apart = right.a[i]! - left.a[i]!;
    return squares + right.b[i]! + apart * apart * left.count * share;
  });
  return { count, a, b };
}

function addSums(left: Part, right: Part): Part {
  return {
    count: left.count + right.count,
    a: left.a.map((sum, i) => sum + right.a[i]!),
    b: left.b.map((sum, i) => sum + right.b[i]!),
  };
}

/**
 * Joins moments of shards that are each normalised by their own: the mean of all values, and the squares about each shard's own mean.
 * `count` is one more than their degrees of freedom, so that `b / (count - 1)` is the unbiased variance within shards.
 */
export function poolMoments(parts: ReadonlyMap<number, Part>, numShards: number): Part | undefined {
  const weighted = [...parts].map(([shard, { count, a, b }]): [number, Part] => [
    shard,
    { count, a: a.map((mean) => mean * count), b },
  ]);
  const sums = joinParts(new Map(weighted), numShards, false);
  if (!sums || sums.count === 0) return undefined;
  return { count: sums.count - parts.size + 1, a: sums.a.map((sum) => sum / sums.count), b: sums.b };
}

/** What workers go on with `[a | b]`: mean and variance, or the means of both sums. */
export function totalsOf({ count, a, b }: Part, isForward: boolean): Float32Array {
  const totals = new Float32Array(a.length + b.length);
  totals.set(isForward ? a : a.map((sum) => sum / count));
  totals.set(
    b.map((sum) => sum / count),
    a.length,
  );
  return totals;
}
