import { describe, expect, it } from 'vitest';
import { assembleShard } from '../../../src/data/assemble-shard.js';
import type { DecodedBlock } from '../../../src/data/block.js';
import { startsOf } from '../../../src/data/columns.js';
import type { DataSpec } from '../../../src/data/data-spec.js';

function blockOf(
  lengths: readonly number[],
  inputs: DecodedBlock['inputs'],
  targets: DecodedBlock['targets'],
): DecodedBlock {
  const own = Int32Array.from(lengths);
  return { split: 'train', first: 0, count: own.length, lengths: own, starts: startsOf(own), inputs, targets };
}
const within = (block: DecodedBlock) => (id: number) => ({ block, row: id });

const pixels: DataSpec = {
  name: 'pixels',
  inputs: { kind: 'dense', dtype: 'u8', features: 2, scale: Math.fround(1 / 255) },
  targets: { kind: 'class', classes: 10, per: 'sequence' },
  maxLength: 3,
};
const text: DataSpec = {
  name: 'text',
  inputs: { kind: 'ids', vocabulary: 9 },
  targets: { kind: 'class', classes: 9, per: 'step' },
  maxLength: 3,
};

describe('assembleShard', () => {
  it('lays dense inputs time-major, rows in the order of the ids, zeros where padded', () => {
    const block = blockOf([2, 1], Uint8Array.of(1, 2, 3, 4, 5, 6), Uint16Array.of(7, 8));
    const batch = assembleShard(
      { ...pixels, inputs: { ...pixels.inputs, scale: 1 } as DataSpec['inputs'] },
      [1, 0],
      within(block),
      { rows: 3, steps: 3 },
    );
    expect([batch.rows, batch.steps, [...batch.lengths]]).toEqual([3, 3, [1, 2, 0]]);
    // [steps, rows, features]
    expect([...batch.inputs]).toEqual([5, 6, 1, 2, 0, 0, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(batch.targets).toEqual(Int32Array.of(8, 7, 0));
  });

  it('scales every byte with one rounding', () => {
    const block = blockOf(
      Array<number>(128).fill(1),
      Uint8Array.from({ length: 256 }, (_, i) => i),
      new Uint16Array(128),
    );
    const { inputs } = assembleShard(
      pixels,
      Array.from({ length: 128 }, (_, i) => i),
      within(block),
      { rows: 128, steps: 1 },
    );
    for (let value = 0; value < 256; value++) expect(inputs[value]).toBe(Math.fround(value * Math.fround(1 / 255)));
    expect(inputs[255]).toBe(1);
  });

  it('lays ids and targets per step time-major', () => {
    const block = blockOf([3, 1], Uint16Array.of(1, 2, 3, 4), Uint16Array.of(2, 3, 4, 5));
    const batch = assembleShard(text, Uint32Array.of(0, 1), within(block), { rows: 2, steps: 3 });
    expect(batch.inputs).toEqual(Int32Array.of(1, 4, 2, 0, 3, 0));
    expect(batch.targets).toEqual(Int32Array.of(2, 5, 3, 0, 4, 0));
  });

  it('lays values of several numbers per step and per sequence', () => {
    const block = blockOf([2, 1], Float32Array.of(1, 2, 3), Float32Array.of(10, 11, 20, 21, 30, 31));
    const spec = (per: 'step' | 'sequence'): DataSpec => ({
      name: 'values',
      inputs: { kind: 'dense', dtype: 'f32', features: 1, scale: 1 },
      targets: { kind: 'value', size: 2, per },
      maxLength: 2,
    });
    const perStep = assembleShard(spec('step'), [0, 1], within(block), { rows: 2, steps: 2 });
    expect(perStep.targets).toEqual(Float32Array.of(10, 11, 30, 31, 20, 21, 0, 0));
    const perSequence = assembleShard(spec('sequence'), [1], within(block), { rows: 2, steps: 2 });
    expect(perSequence.targets).toEqual(Float32Array.of(20, 21, 0, 0));
  });

  it('makes a batch of padding alone for a shard without rows', () => {
    const batch = assembleShard(text, [], () => expect.unreachable(), { rows: 2, steps: 3 });
    expect([...batch.lengths, ...batch.inputs, ...batch.targets]).toEqual(Array(14).fill(0));
  });

  it('refuses examples that do not fit the shape', () => {
    const block = blockOf([3, 1], Uint16Array.of(1, 2, 3, 4), Uint16Array.of(2, 3, 4, 5));
    expect(() => assembleShard(text, [0, 1], within(block), { rows: 1, steps: 3 })).toThrow(/2 examples do not fit/);
    expect(() => assembleShard(text, [0], within(block), { rows: 1, steps: 2 })).toThrow(/Example 0 has 3 steps/);
    expect(() => assembleShard(text, [2], within(block), { rows: 1, steps: 3 })).toThrow(
      /Example 2 is not in the block/,
    );
  });
});
