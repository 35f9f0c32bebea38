// Which tree nodes of a step are in, whatever comes in whatever order.
import { describe, expect, it } from 'vitest';
import { Coverage } from '../../../src/collective/coverage.js';
import { nodeKey } from '../../../src/collective/tree.js';

const node = (level: number, index: number): { level: number; index: number } => ({ level, index });
const keys = (coverage: Coverage): string[] => coverage.nodes.map(nodeKey);

describe('coverage', () => {
  it('is complete when every shard is in, and says which are missing before', () => {
    const coverage = new Coverage(5);
    expect(coverage.missing).toEqual([0, 1, 2, 3, 4]);
    expect(coverage.admit(node(2, 0))).toEqual({ admitted: true, replaced: [] });
    expect([coverage.isComplete, coverage.missing]).toEqual([false, [4]]);
    expect(coverage.admit(node(0, 4)).admitted).toBe(true);
    expect([coverage.isComplete, coverage.missing]).toEqual([true, []]);
  });

  it('refuses a node a second time, and a node whose shards are all in', () => {
    const coverage = new Coverage(8);
    coverage.admit(node(1, 0));
    for (const late of [node(1, 0), node(0, 0), node(0, 1)]) {
      expect(coverage.admit(late)).toEqual({ admitted: false, replaced: [] });
    }
    expect(keys(coverage)).toEqual(['1/0']);
  });

  it('replaces what a larger node contains, so that no shard is summed twice', () => {
    const coverage = new Coverage(8);
    for (const held of [node(0, 1), node(1, 1), node(0, 5)]) coverage.admit(held);
    const { admitted, replaced } = coverage.admit(node(2, 0));
    expect([admitted, replaced.map(nodeKey)]).toEqual([true, ['0/1', '1/1']]);
    expect(keys(coverage)).toEqual(['0/5', '2/0']);
    expect(coverage.missing).toEqual([4, 6, 7]);
  });

  it('refuses nodes outside the tree', () => {
    const coverage = new Coverage(6);
    for (const outside of [node(0, 6), node(3, 1), node(4, 0), node(0xffff_ffff, 0)]) {
      expect(coverage.admit(outside).admitted).toBe(false);
    }
    expect(coverage.missing).toHaveLength(6);
  });

  it('expects nothing from absent shards, and nothing more from excluded ones', () => {
    const coverage = new Coverage(4, new Set([3]));
    expect([coverage.isCovered(3), coverage.missing]).toEqual([true, [0, 1, 2]]);
    coverage.admit(node(1, 0));
    coverage.exclude(2);
    expect([coverage.isComplete, keys(coverage)]).toEqual([true, ['1/0']]);
    expect([...coverage.absent]).toEqual([3]);
  });

  it('is complete from the start when no shard has rows', () => {
    expect(new Coverage(2, new Set([0, 1])).isComplete).toBe(true);
  });
});
