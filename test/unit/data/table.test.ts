import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeBlock } from '../../../src/data/block.js';
import { readCsvRows } from '../../../src/data/csv.js';
import type { Dataset, SplitName } from '../../../src/data/dataset.js';
import { loadTable, type TableOptions } from '../../../src/data/table.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bridle-csv-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function load(texts: readonly string[], more: Partial<TableOptions> = {}): Promise<Dataset> {
  const paths = texts.map((_, i) => join(directory, `${i}.csv`));
  await Promise.all(paths.map((path, i) => writeFile(path, texts[i]!)));
  const fractions = { validFraction: 0.2, testFraction: 0.2 };
  const options = { name: 'csv', paths, length: 2, horizon: 1, scaling: 'none', ...fractions, ...more } as const;
  return loadTable(options, readCsvRows);
}

function columns(dataset: Dataset, split: SplitName) {
  const [block] = dataset[split]!.blocks;
  const { inputs, targets, lengths } = decodeBlock(block!.bytes(), dataset.spec);
  return { inputs: [...inputs], targets: [...targets], lengths: [...lengths] };
}

/** Rows n, 10 n for n from 1. */
const rows = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `${from + i},x,${10 * (from + i)}`);
const ten = ['a,word,b', ...rows(1, 10)].join('\n');

describe('loadTable', () => {
  it('makes a window of every run of rows, in the part where its target lies', async () => {
    const dataset = await load([ten], { columns: ['a', 'b'], targets: ['b'] });
    expect(dataset.spec).toMatchObject({
      inputs: { features: 2 },
      targets: { kind: 'value', size: 1, per: 'sequence' },
    });
    expect(columns(dataset, 'train')).toEqual({
      lengths: [2, 2, 2, 2],
      inputs: [1, 10, 2, 20, 2, 20, 3, 30, 3, 30, 4, 40, 4, 40, 5, 50],
      targets: [30, 40, 50, 60],
    });
    expect(columns(dataset, 'valid')).toEqual({
      lengths: [2, 2],
      inputs: [5, 50, 6, 60, 6, 60, 7, 70],
      targets: [70, 80],
    });
    expect(columns(dataset, 'test').targets).toEqual([90, 100]);
  });

  it('predicts as many rows ahead as the horizon says', async () => {
    const dataset = await load([ten], { columns: ['a'], targets: ['a'], horizon: 3 });
    expect(columns(dataset, 'train')).toEqual({ lengths: [2, 2], inputs: [1, 2, 2, 3], targets: [5, 6] });
  });

  it('joins files to one series', async () => {
    const [one, two] = [
      ['a,word,b', ...rows(1, 4)].join('\n'),
      ['b,a', '50,5', '60,6', '70,7', '80,8', '90,9', '100,10'].join('\r\n'),
    ];
    const joined = await load([one, two], { columns: ['a', 'b'] });
    expect(joined.digest).toBe((await load([ten], { columns: ['a', 'b'] })).digest);
  });

  it('fits the scaling on the rows that train, and keeps it', async () => {
    const standard = await load([ten], { columns: ['a'], scaling: 'standard' });
    const deviation = Math.sqrt(35 / 12); // of 1 to 6
    expect(standard.preprocessing).toEqual({
      version: 1,
      inputs: [{ name: 'a', shift: 3.5, scale: deviation }],
      targets: [{ name: 'a', shift: 3.5, scale: deviation }],
      horizon: 1,
    });
    expect(columns(standard, 'test').targets).toEqual([9, 10].map((value) => Math.fround((value - 3.5) / deviation)));
    const minmax = await load([ten], { columns: ['a'], scaling: 'minmax' });
    expect(columns(minmax, 'test').targets).toEqual([Math.fround(8 / 5), Math.fround(9 / 5)]);
  });

  it('shifts a column that never changes to 0, and does not divide by 0', async () => {
    const constant = ['a', ...Array.from({ length: 10 }, () => '0.1')].join('\n');
    for (const scaling of ['standard', 'minmax'] as const)
      expect(new Set(columns(await load([constant], { scaling }), 'train').inputs)).toEqual(new Set([0]));
  });

  it('says what it costs to forecast that nothing changes, in scaled units', async () => {
    const dataset = await load([ten], { columns: ['a'], targets: ['a', 'b'], horizon: 2 });
    expect(dataset.baselines).toEqual({
      valid: { name: 'persistence', loss: 2 * 2 + 20 * 20 },
      test: { name: 'persistence', loss: 2 * 2 + 20 * 20 },
    });
  });

  it('reads quoted cells, signs, exponents and a byte order mark', async () => {
    const text = '\uFEFF"a","b"\r\n"1",-2\r\n+3,"4e1"\r\n\r\n.5,6.\r\n7,8\r\n9,1\r\n';
    const dataset = await load([text], { validFraction: 0 });
    expect(columns(dataset, 'train').inputs.slice(0, 4)).toEqual([1, -2, 3, 40]);
    expect(columns(dataset, 'test').targets).toEqual([9, 1]);
  });
});
