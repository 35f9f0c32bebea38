// The reduction tree: which nodes there are, which of them cover a set of shards, and in which order sums are taken.
import { describe, expect, it } from 'vitest';
import {
  childNodes,
  coverShards,
  isTreeNode,
  nodeKey,
  reduceTree,
  rootNode,
  shardRange,
} from '../../../src/collective/tree.js';

describe('the tree', () => {
  it.each([
    [1, 0],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
    [8, 3],
    [9, 4],
    [33, 6],
    [4096, 12],
  ])('over %i shards has its root on level %i', (numShards, level) => {
    expect(rootNode(numShards)).toEqual({ level, index: 0 });
    expect(shardRange(rootNode(numShards), numShards)).toEqual([0, numShards]);
  });

  it('of 6 shards has these nodes, the last of each level cut off', () => {
    const nodes = [0, 1, 2, 3].map((level) =>
      [0, 1, 2, 3, 4, 5, 6, 7]
        .map((index) => ({ level, index }))
        .filter((node) => isTreeNode(node, 6))
        .map((node) => shardRange(node, 6).join('-')),
    );
    expect(nodes).toEqual([['0-1', '1-2', '2-3', '3-4', '4-5', '5-6'], ['0-2', '2-4', '4-6'], ['0-4', '4-6'], ['0-6']]);
  });

  it.each([
    { level: 4, index: 0 },
    { level: 3, index: 1 },
    { level: 0, index: 6 },
    { level: 0xffff_ffff, index: 0 },
    { level: 0, index: 0xffff_ffff },
    { level: 0xffff_ffff, index: 0xffff_ffff },
  ])('of 6 shards does not have node $level/$index', (node) => {
    expect(isTreeNode(node, 6)).toBe(false);
  });

  it('splits a node into two children, left first, and a leaf into none', () => {
    expect(childNodes({ level: 2, index: 1 })?.map(nodeKey)).toEqual(['1/2', '1/3']);
    expect(childNodes({ level: 0, index: 1 })).toBeUndefined();
  });
});

describe('the cover of a set of shards', () => {
  it.each<[number, number[], string[]]>([
    [8, [], []],
    [8, [0, 1, 2, 3, 4, 5, 6, 7], ['3/0']],
    [8, [1, 2, 3], ['0/1', '1/1']],
    [8, [2, 3, 4, 5], ['1/1', '1/2']],
    [8, [4, 5, 6, 7, 0], ['0/0', '2/1']],
    [6, [4, 5], ['2/1']], // node 2/1 has one child only, 1/2: the larger one is named
    [5, [4], ['2/1']],
    [5, [0, 1, 2, 3, 4], ['3/0']],
    [1, [0], ['0/0']],
  ])('of %i: %j is %j', (numShards, shards, nodes) => {
    expect(coverShards(new Set(shards), numShards).map(nodeKey)).toEqual(nodes);
  });
});

describe('the sum over the tree', () => {
  const sum = (numShards: number, leaves: Readonly<Record<number, string>>): string | undefined =>
    reduceTree(
      rootNode(numShards),
      numShards,
      ({ level, index }) => (level === 0 ? leaves[index] : undefined),
      (left, right) => `(${left}+${right})`,
    );

  it('is taken pair by pair, left first, and a missing right child passes the left through', () => {
    expect(sum(6, { 0: 'a', 1: 'b', 2: 'c', 3: 'd', 4: 'e', 5: 'f' })).toBe('(((a+b)+(c+d))+(e+f))');
    expect(sum(5, { 0: 'a', 1: 'b', 2: 'c', 3: 'd', 4: 'e' })).toBe('(((a+b)+(c+d))+e)');
  });

  it('leaves out shards that are not there without moving any other', () => {
    expect(sum(8, { 1: 'b', 4: 'e', 6: 'g', 7: 'h' })).toBe('(b+(e+(g+h)))');
    expect(sum(8, { 5: 'f' })).toBe('f');
    expect(sum(8, {})).toBeUndefined();
  });
});
