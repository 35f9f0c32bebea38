import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinParts, readPart, totalsOf, type Part } from '../../../src/collective/moments.js';

function partOf(values: readonly number[]): Part {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return readPart(Float32Array.of(values.length, mean, squares));
}

describe('moments of shards', () => {
  it('join to those of all values, far from 0 too, whatever shards are empty', () => {
    const shards = fc.array(fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 6 }), {
      minLength: 1,
      maxLength: 9,
    });
    fc.assert(
      fc.property(shards, fc.constantFrom(0, 4096), (groups, offset) => {
        const shifted = groups.map((group) => group.map((value) => value + offset));
        const all = shifted.flat();
        const parts = new Map(
          shifted.flatMap((group, shard) => (group.length > 0 ? [[shard, partOf(group)] as const] : [])),
        );
        const joined = joinParts(parts, groups.length, true);
        if (!joined) {
          expect(all).toEqual([]);
          return;
        }
        const expected = partOf(all);
        expect(joined.count).toBe(all.length);
        expect(joined.a[0]).toBeCloseTo(expected.a[0]!, 2);
        expect(Math.abs(joined.b[0]! - expected.b[0]!)).toBeLessThanOrEqual(1e-4 * expected.b[0]! + 0.1);
      }),
    );
  });

  it('come back as mean and variance, sums as means', () => {
    const part: Part = { count: 4, a: Float64Array.of(2), b: Float64Array.of(8) };
    expect([...totalsOf(part, true)]).toEqual([2, 2]);
    expect([...totalsOf(part, false)]).toEqual([0.5, 2]);
  });
});
