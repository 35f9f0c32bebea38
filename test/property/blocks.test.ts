import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assembleShard } from '../../src/data/assemble-shard.js';
import { blockName } from '../../src/data/block-name.js';
import { decodeBlock, type DecodedBlock } from '../../src/data/block.js';
import { buildDataset } from '../../src/data/build-dataset.js';
import type { DataSpec } from '../../src/data/data-spec.js';
import { ProtocolError } from '../../src/errors.js';
import { breadth } from '../breadth.js';

interface Case {
  spec: DataSpec;
  lengths: number[];
}

const per = fc.constantFrom('sequence' as const, 'step' as const);
const inputSpec: fc.Arbitrary<DataSpec['inputs']> = fc.oneof(
  fc.record({ kind: fc.constant('ids' as const), vocabulary: fc.integer({ min: 1, max: 65_536 }) }),
  fc.record({
    kind: fc.constant('dense' as const),
    dtype: fc.constantFrom('u8' as const, 'f32' as const),
    features: fc.integer({ min: 1, max: 40 }),
    scale: fc.constantFrom(1, Math.fround(1 / 255)),
  }),
);
const targetSpec: fc.Arbitrary<DataSpec['targets']> = fc.oneof(
  fc.record({ kind: fc.constant('class' as const), classes: fc.integer({ min: 1, max: 65_536 }), per }),
  fc.record({ kind: fc.constant('value' as const), size: fc.integer({ min: 1, max: 3 }), per }),
);
const cases: fc.Arbitrary<Case> = fc
  .record({
    inputs: inputSpec,
    targets: targetSpec,
    lengths: fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 40 }),
  })
  .map(({ inputs, targets, lengths }) => ({
    lengths,
    spec: { name: 'any', inputs, targets, maxLength: Math.max(...lengths) },
  }));

/** Values that are never 0, so that padding shows: value k of a column is 1 + k mod 250, within what the spec allows. */
function columnsOf({ spec, lengths }: Case) {
  const steps = lengths.reduce((sum, length) => sum + length, 0);
  const { inputs, targets } = spec;
  const inputCount = steps * (inputs.kind === 'dense' ? inputs.features : 1);
  const targetCount = (targets.per === 'step' ? steps : lengths.length) * (targets.kind === 'value' ? targets.size : 1);
  const fill = <T extends Uint8Array | Uint16Array | Float32Array>(column: T, below: number): T => {
    for (let k = 0; k < column.length; k++) column[k] = (1 + (k % 250)) % below;
    return column;
  };
  return {
    lengths: Int32Array.from(lengths),
    inputs:
      inputs.kind === 'ids'
        ? fill(new Uint16Array(inputCount), inputs.vocabulary)
        : fill(inputs.dtype === 'u8' ? new Uint8Array(inputCount) : new Float32Array(inputCount), Infinity),
    targets:
      targets.kind === 'class'
        ? fill(new Uint16Array(targetCount), targets.classes)
        : fill(new Float32Array(targetCount), Infinity),
  };
}

const settings = { numRuns: breadth({ unit: 15, sweep: 40 }) };
const build = (given: Case) => buildDataset(given.spec, columnsOf(given), columnsOf(given));

it('cuts splits into blocks without gap or overlap that decode to exactly the columns', () => {
  const law = (given: Case): void => {
    const columns = columnsOf(given);
    const { train, spec } = build(given);
    const blocks = train.blocks.map((block) => decodeBlock(block.bytes(), spec));
    expect(blocks.flatMap((block) => [...block.lengths])).toEqual(given.lengths);
    expect(blocks.flatMap((block) => [...block.inputs])).toEqual([...columns.inputs]);
    expect(blocks.flatMap((block) => [...block.targets])).toEqual([...columns.targets]);
    let next = 0;
    for (const [i, { first, count }] of train.blocks.entries()) {
      expect([blocks[i]?.first, blocks[i]?.count, first]).toEqual([first, count, next]);
      for (let example = first; example < first + count; example++) expect(train.blockOf(example)).toBe(i);
      next += count;
    }
    expect(next).toBe(train.size);
  };
  fc.assert(fc.property(cases, law), settings);
});

it('names blocks by their content: always the same for the same data, another for the other split', () => {
  const law = (given: Case): void => {
    const [one, two] = [build(given), build(given)];
    expect(two.digest).toBe(one.digest);
    for (const block of one.train.blocks) {
      expect(block.name).toBe(blockName(block.bytes()));
      expect(block.name).toMatch(/^[0-9a-f]{32}$/);
    }
    const names = (split: typeof one.train) => split.blocks.map((block) => block.name);
    expect(names(two.train)).toEqual(names(one.train));
    expect(new Set([...names(one.train), ...names(one.test)]).size).toBe(2 * one.train.blocks.length);
  };
  fc.assert(fc.property(cases, law), settings);
});

it('never lets padding or another row leak into a row of a shard', () => {
  const law = (given: Case, picks: number[], spareRows: number, spareSteps: number): void => {
    const { spec, train } = build(given);
    const blocks = train.blocks.map((block) => decodeBlock(block.bytes(), spec));
    const find = (id: number) => {
      const block = blocks[train.blockOf(id)] as DecodedBlock;
      return { block, row: id - block.first };
    };
    const ids = picks.map((pick) => pick % train.size);
    const shape = { rows: ids.length + spareRows, steps: spec.maxLength + spareSteps };
    const together = assembleShard(spec, ids, find, shape);
    // A row of a shard equals the same example assembled alone; a padding row equals no example at all.
    for (let row = 0; row < shape.rows; row++) {
      const alone = assembleShard(spec, ids.slice(row, row + 1), find, { rows: 1, steps: shape.steps });
      expect(together.lengths[row]).toBe(alone.lengths[0]);
      expect(rowOf(together.inputs, row, shape.rows, alone.inputs.length / shape.steps)).toEqual([...alone.inputs]);
      const targetWidth = alone.targets.length / (spec.targets.per === 'step' ? shape.steps : 1);
      expect(rowOf(together.targets, row, shape.rows, targetWidth)).toEqual([...alone.targets]);
      const width = alone.inputs.length / shape.steps;
      expect([...alone.inputs.subarray((alone.lengths[0] ?? 0) * width)].every((value) => value === 0)).toBe(true);
    }
  };
  const picks = fc.array(fc.nat(), { maxLength: 6 });
  const spare = fc.integer({ min: 0, max: 3 });
  fc.assert(fc.property(cases, picks, spare, spare, law), settings);
});

/** One row of a time-major column [steps, rows, width]. */
function rowOf(column: Float32Array | Int32Array, row: number, rows: number, width: number): number[] {
  const steps = column.length / (rows * width);
  return Array.from({ length: steps }, (_, step) => (step * rows + row) * width).flatMap((at) => [
    ...column.subarray(at, at + width),
  ]);
}

it('throws nothing but ProtocolError on mutated blocks, and what it accepts fits the spec', () => {
  const law = (given: Case, mutations: [number, number][]): void => {
    const bytes = build(given).train.blocks[0]?.bytes() ?? new Uint8Array(0);
    // Most mutations go to the first 100 bytes, where the structure is; the rest would only change numbers.
    for (const [at, byte] of mutations) bytes[at % Math.min(bytes.length, 100)] = byte;
    try {
      const block = decodeBlock(bytes, given.spec);
      expect(block.lengths).toHaveLength(block.count);
      expect(Math.max(...block.lengths)).toBeLessThanOrEqual(given.spec.maxLength);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      expect(error.code).toBe('BLOCK_INVALID');
    }
  };
  const mutation = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
  fc.assert(fc.property(cases, fc.array(mutation, { minLength: 1, maxLength: 3 }), law), {
    numRuns: breadth({ unit: 100, sweep: 300 }),
  });
});
