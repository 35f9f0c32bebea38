// Arrays out of files that numpy wrote (test/fixtures/arrays/make-arrays.py).
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadArrays } from '../../../src/data/arrays.js';
import { decodeBlock } from '../../../src/data/block.js';
import type { Dataset, SplitName } from '../../../src/data/dataset.js';

const load = (names: string[], more: { classes?: number } = {}) =>
  loadArrays({
    name: 'npy',
    paths: names.map((name) => join(import.meta.dirname, '../../fixtures/arrays', name)),
    validFraction: 0,
    testFraction: 0.25,
    ...more,
  });

/** A split's columns, all blocks in one. */
function columnsOf(dataset: Dataset, split: SplitName) {
  const blocks = dataset[split]!.blocks.map((block) => decodeBlock(block.bytes(), dataset.spec));
  return {
    lengths: blocks.flatMap(({ lengths }) => [...lengths]),
    inputs: blocks.flatMap(({ inputs }) => [...inputs]),
    targets: blocks.flatMap(({ targets }) => [...targets]),
  };
}
const eighths = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => (from + i) / 8);

describe('loadArrays', () => {
  it.each(['values-f4.npy', 'values-f8.npy', 'values-fortran.npy', 'version-1.npy', 'version-2.npy', 'version-3.npy'])(
    'reads %s: floats, whose target is the next step when no targets are given',
    async (name) => {
      const dataset = await load([name]);
      expect(dataset.spec.inputs).toEqual({ kind: 'dense', dtype: 'f32', features: 2, scale: 1 });
      expect(dataset.spec.targets).toEqual({ kind: 'value', size: 2, per: 'step' });
      expect(columnsOf(dataset, 'test')).toEqual({ lengths: [2], inputs: eighths(18, 22), targets: eighths(20, 24) });
      expect(dataset.train.size).toBe(3);
    },
  );

  it.each(['ids-i4.npy', 'ids-i8.npy', 'ids-u1.npy'])('reads %s: whole numbers are ids', async (name) => {
    const dataset = await load([name]);
    expect(dataset.spec.inputs).toEqual({ kind: 'ids', vocabulary: 4 });
    expect(columnsOf(dataset, 'test')).toEqual({ lengths: [3], inputs: [2, 2, 0], targets: [2, 0, 1] });
  });

  it('takes targets from a second file, and its dtype says what they are', async () => {
    const perStep = await load(['ids-i4.npy', 'ids-u1.npy'], { classes: 9 });
    expect(perStep.spec.targets).toEqual({ kind: 'class', classes: 9, per: 'step' });
    const keys = await load(['ids-i4.npy', 'keys.npy']);
    expect(keys.spec.targets).toEqual({ kind: 'keys', size: 4, per: 'sequence' });
    expect(columnsOf(keys, 'test').targets).toEqual([0, 0, 0, 1]);
  });

  it.each(['stored.npz', 'deflated.npz'])('reads %s with the splits in the names of its arrays', async (name) => {
    const dataset = await load([name]);
    expect([dataset.train.size, dataset.valid?.size, dataset.test.size]).toEqual([4, 1, 2]);
    expect(dataset.spec.targets).toEqual({ kind: 'class', classes: 3, per: 'sequence' });
    expect(columnsOf(dataset, 'test')).toEqual({ lengths: [3, 3], inputs: eighths(6, 18), targets: [0, 1] });
    expect(columnsOf(dataset, 'valid').targets).toEqual([2]);
  });

  it('leaves out the steps beyond each length', async () => {
    const dataset = await load(['lengths.npz']);
    expect(columnsOf(dataset, 'train')).toEqual({
      lengths: [3, 1, 2],
      inputs: [...eighths(0, 6), ...eighths(6, 8), ...eighths(12, 16)],
      targets: [0.5, 1.5, 2.5],
    });
  });
});
