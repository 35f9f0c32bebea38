import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { blockName } from '../../../src/data/block-name.js';
import { decodeBlock, encodeBlock } from '../../../src/data/block.js';
import { buildDataset } from '../../../src/data/build-dataset.js';
import { sourceOf } from '../../../src/data/columns.js';
import type { DataSpec } from '../../../src/data/data-spec.js';
import { encodeRecord, type RecordValue } from '../../../src/records/records.js';

const words: DataSpec = {
  name: 'text',
  inputs: { kind: 'ids', vocabulary: 300 },
  targets: { kind: 'class', classes: 300, per: 'step' },
  maxLength: 4,
};
const numbers: DataSpec = {
  name: 'adding',
  inputs: { kind: 'dense', dtype: 'f32', features: 1, scale: 1 },
  targets: { kind: 'value', size: 2, per: 'sequence' },
  maxLength: 9,
};
const columns = {
  lengths: Int32Array.of(2, 1),
  inputs: Uint16Array.of(1, 258, 3),
  targets: Uint16Array.of(258, 3, 4),
};

/** A good record of `words`, as the page docs/data.md describes it. */
const record: Readonly<Record<string, RecordValue>> = {
  version: 1,
  split: 'test',
  first: 7,
  count: 2,
  lengths: Uint8Array.of(2, 0, 0, 0, 1, 0, 0, 0),
  inputs: Uint8Array.of(1, 0, 2, 1, 3, 0),
  targets: Uint8Array.of(2, 1, 3, 0, 4, 0),
};

describe('encodeBlock', () => {
  it('writes the documented bytes', () => {
    const bytes = encodeBlock(sourceOf(words, columns), 'train', 0, 2);
    const wanted = [
      'de0007',
      'a776657273696f6e 01',
      'a573706c6974 a5747261696e',
      'a56669727374 00',
      'a5636f756e74 02',
      'a76c656e67746873 c408 0200000001000000',
      'a6696e70757473 c406 0100 0201 0300',
      'a774617267657473 c406 0201 0300 0400',
    ];
    expect(Buffer.from(bytes).toString('hex')).toBe(wanted.join('').replaceAll(' ', ''));
    expect(blockName(bytes)).toBe(createHash('sha256').update(bytes).digest().subarray(0, 16).toString('hex'));
    expect(blockName(bytes)).toBe('19654dafefd514c095bc0deb207b76ac');
  });

  it('takes the rows in the middle of a split, for targets per step and per sequence', () => {
    const second = decodeBlock(encodeBlock(sourceOf(words, columns), 'train', 1, 1), words);
    expect([second.first, second.count, [...second.inputs], [...second.targets]]).toEqual([1, 1, [3], [4]]);
    const values = { ...columns, inputs: Float32Array.of(1, 2, 3), targets: Float32Array.of(1, 2, 3, 4) };
    const last = decodeBlock(encodeBlock(sourceOf(numbers, values), 'train', 1, 1), numbers);
    expect([[...last.inputs], [...last.targets]]).toEqual([[3], [3, 4]]);
  });
});

describe('decodeBlock', () => {
  it('reads the documented record', () => {
    const { split, first, count, lengths, starts, inputs, targets } = decodeBlock(encodeRecord(record), words);
    expect([split, first, count]).toEqual(['test', 7, 2]);
    expect([lengths, starts]).toEqual([Int32Array.of(2, 1), Uint32Array.of(0, 2, 3)]);
    expect([inputs, targets]).toEqual([Uint16Array.of(1, 258, 3), Uint16Array.of(258, 3, 4)]);
  });

  it('refuses what does not fit the spec, naming the field, what was wanted and what came', () => {
    const refused: [Record<string, RecordValue>, RegExp][] = [
      [{ version: 2 }, /version must be 1, got 2/],
      [{ split: 'validation' }, /split must be train or valid or test/],
      [{ first: -1 }, /first must be a whole number from 0, got -1/],
      [{ first: 0.5 }, /first must be/],
      [{ first: 2 ** 40 }, /first must be/],
      [{ count: 0 }, /count must be a whole number from 1, got 0/],
      [{ count: 3 }, /lengths must be 12 bytes, got 8 bytes/],
      [{ count: 2 ** 31 - 1 }, /lengths must be 8589934588 bytes/],
      [{ lengths: 'aaaaaaaa' }, /lengths must be binary data, got string/],
      [{ lengths: Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0) }, /lengths\[1\] must be 1 to 4, got 0/],
      [{ lengths: Uint8Array.of(5, 0, 0, 0, 1, 0, 0, 0) }, /lengths\[0\] must be 1 to 4, got 5/],
      [{ lengths: Uint8Array.of(255, 255, 255, 255, 4, 0, 0, 0) }, /lengths\[0\] must be 1 to 4, got -1/],
      [{ inputs: new Uint8Array(5) }, /inputs must be 6 bytes, got 5 bytes/],
      [{ inputs: Uint8Array.of(1, 0, 44, 1, 3, 0) }, /inputs\[1\] must be 0 to 299, got 300/],
      [{ targets: new Uint8Array(8) }, /targets must be 6 bytes, got 8 bytes/],
      [{ targets: Uint8Array.of(2, 1, 3, 0, 44, 1) }, /targets\[2\] must be 0 to 299, got 300/],
      [{ targets: null }, /targets must be binary data/],
    ];
    for (const [change, message] of refused) {
      const bytes = encodeRecord({ ...record, ...change });
      expect(() => decodeBlock(bytes, words)).toThrow(message);
      expect(() => decodeBlock(bytes, words)).toThrow(expect.objectContaining({ code: 'BLOCK_INVALID' }));
    }
  });

  it('refuses numbers that are not finite, which would reach the gradients', () => {
    const values = { ...columns, inputs: Float32Array.of(1, 2, 3), targets: Float32Array.of(1, 2, 3, 4) };
    for (const column of ['inputs', 'targets'] as const) {
      const bad = { ...values, [column]: values[column].slice().fill(NaN, 1, 2) };
      expect(() => decodeBlock(encodeBlock(sourceOf(numbers, bad), 'train', 0, 2), numbers)).toThrow(
        `${column}[1] must be`,
      );
    }
  });

  it('refuses records of another shape, and bytes that are no record', () => {
    const { targets: _, ...without } = record;
    const refused: Uint8Array[] = [
      encodeRecord([1, 2]),
      encodeRecord(null),
      encodeRecord(new Uint8Array(3)),
      encodeRecord({ ...without, extra: 1 }),
      encodeRecord(without),
      encodeRecord({ ...record, lengths: [1, 2] }),
      Uint8Array.of(0xc1),
      new Uint8Array(2 << 20),
    ];
    for (const bytes of refused) {
      expect(() => decodeBlock(bytes, words)).toThrow(expect.objectContaining({ code: 'BLOCK_INVALID' }));
    }
  });
});

describe('buildDataset', () => {
  const pixels = (maxLength: number): DataSpec => ({
    name: 'pixels',
    inputs: { kind: 'dense', dtype: 'u8', features: 1, scale: 1 },
    targets: { kind: 'class', classes: 2, per: 'sequence' },
    maxLength,
  });
  const split = (lengths: readonly number[]) => ({
    lengths: Int32Array.from(lengths),
    inputs: new Uint8Array(lengths.reduce((sum, length) => sum + length, 0)),
    targets: new Uint16Array(lengths.length),
  });
  const limit = (1 << 20) - 128 - 6; // beside 4 bytes of length and 2 of target

  it('keeps blocks within 64 KiB, but for an example that is larger alone', () => {
    const { train } = buildDataset(
      pixels(limit),
      split([100, 100_000, 100, 65_000, 500, 30_000, 30_000, limit]),
      split([1]),
    );
    expect(train.blocks.map(({ first, count }) => [first, count])).toEqual([
      [0, 1],
      [1, 1],
      [2, 2],
      [4, 3],
      [7, 1],
    ]);
    const sizes = train.blocks.map((block) => block.bytes().length);
    expect(sizes.every((size, i) => size <= 65_536 || i === 1 || i === 4)).toBe(true);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1 << 20);
    for (const block of train.blocks) expect(decodeBlock(block.bytes(), pixels(limit)).count).toBe(block.count);
  });

  it('refuses an example that no block may hold', () => {
    const build = () => buildDataset(pixels(limit + 1), split([5, limit + 1]), split([1]));
    expect(build).toThrow(/Example 1 of the train split takes 1048449 bytes/);
    expect(build).toThrow(expect.objectContaining({ code: 'EXAMPLE_TOO_LARGE' }));
  });

  it('finds the block of every example, and refuses examples outside the split', () => {
    const { train } = buildDataset(pixels(30_000), split([30_000, 30_000, 30_000, 9, 9]), split([1]));
    expect([0, 1, 2, 3, 4].map((example) => train.blockOf(example))).toEqual([0, 0, 1, 1, 1]);
    for (const outside of [-1, 5, NaN]) expect(() => train.blockOf(outside)).toThrow(RangeError);
  });

  it('has a digest that tells data, specs and splits apart', () => {
    const [one, two] = [split([1, 2]), split([1])];
    const digests = [
      buildDataset(pixels(9), one, two),
      buildDataset(pixels(9), two, one),
      buildDataset(pixels(8), one, two),
      buildDataset({ ...pixels(9), name: 'other' }, one, two),
      buildDataset(pixels(9), { ...one, targets: Uint16Array.of(0, 1) }, two),
    ].map((dataset) => dataset.digest);
    expect(new Set(digests).size).toBe(5);
    const { name, inputs, targets, maxLength } = pixels(9);
    expect(buildDataset({ maxLength, targets, inputs, name }, one, two).digest).toBe(digests[0]);
  });
});
