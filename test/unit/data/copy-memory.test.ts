import { expect, it } from 'vitest';
import { decodeBlock } from '../../../src/data/block.js';
import { copyExample, loadCopy } from '../../../src/data/copy-memory.js';

const options = { name: 'copy', delay: 7, examples: 40, seed: 3 } as const;

it('asks for ten symbols again, T steps after the last one, behind a delimiter', () => {
  const { inputs, targets } = copyExample(options, 'train', 5);
  const symbols = [...inputs.subarray(0, 10)];
  expect(symbols.every((symbol) => symbol < 8)).toBe(true);
  expect([...inputs]).toEqual([...symbols, ...Array(6).fill(8), 9, ...Array(10).fill(8)]);
  expect([...targets]).toEqual([...Array(17).fill(8), ...symbols]);
});

it('makes other symbols for every example, split and seed', () => {
  const made = [
    copyExample(options, 'train', 0),
    copyExample(options, 'train', 1),
    copyExample(options, 'test', 0),
    copyExample({ ...options, seed: 4 }, 'train', 0),
  ];
  expect(new Set(made.map(({ inputs }) => inputs.join())).size).toBe(4);
});

it('knows what a model without memory pays: 10 ln 8 / (T + 20)', () => {
  const dataset = loadCopy(options);
  expect(dataset.baselines?.test?.loss).toBeCloseTo((10 * Math.log(8)) / 27, 12);
  expect([dataset.train.size, dataset.test.size, dataset.spec.maxLength]).toEqual([40, 1000, 27]);
  const block = decodeBlock(dataset.train.blocks[0]!.bytes(), dataset.spec);
  expect(block.inputs.subarray(27, 54)).toEqual(copyExample(options, 'train', 1).inputs);
});

it('refuses what it cannot make', () => {
  expect(() => loadCopy({ ...options, delay: 0 })).toThrow(expect.objectContaining({ code: 'COPY_OPTIONS' }));
  expect(() => loadCopy({ ...options, examples: 1e9 })).toThrow(expect.objectContaining({ code: 'COPY_OPTIONS' }));
});
