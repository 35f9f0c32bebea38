// Parquet files by hyparquet-writer: the same series in csv and parquet is the same data set.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCsvRows } from '../../../src/data/csv.js';
import { readParquetRows } from '../../../src/data/parquet.js';
import { loadTable } from '../../../src/data/table.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bridle-parquet-'));
});
afterAll(() => rm(directory, { recursive: true }));

const a = Array.from({ length: 2500 }, (_, i) => i % 7);
const b = a.map((value, i) => value / 3 - i / 1000);
const options = { length: 4, horizon: 2, scaling: 'standard', validFraction: 0.1, testFraction: 0.1 } as const;

async function parquet(data: unknown[], name = 'b', rowGroupSize = 1000): Promise<string> {
  const path = join(directory, 'data.parquet');
  const columnData = [
    { name: 'word', data: a.map(String) },
    { name: 'a', data: a, type: 'INT32' as const },
    { name, data, type: 'DOUBLE' as const, nullable: true },
  ];
  await writeFile(path, Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize })));
  return path;
}

it('reads the chosen columns of every row group, as a csv file with the same numbers', async () => {
  const csvPath = join(directory, 'data.csv');
  await writeFile(csvPath, ['a,b', ...a.map((value, i) => `${value},${b[i]}`)].join('\n'));
  const read = { columns: ['a', 'b'], targets: ['b'], ...options };
  const fromParquet = await loadTable({ name: 'parquet', paths: [await parquet(b)], ...read }, readParquetRows);
  const fromCsv = await loadTable({ name: 'csv', paths: [csvPath], ...read }, readCsvRows);
  expect(fromParquet.preprocessing).toEqual(fromCsv.preprocessing);
  expect(fromParquet.test.blocks.map(({ name }) => name)).toEqual(fromCsv.test.blocks.map(({ name }) => name));
  expect(fromParquet.train.size).toBe(fromCsv.train.size);
});

it('names the row and the column of a cell that is no number', async () => {
  const holes = b.map((value, i) => (i === 1200 ? null : value));
  const load = async () =>
    loadTable({ name: 'parquet', paths: [await parquet(holes)], ...options, columns: ['b'] }, readParquetRows);
  await expect(load()).rejects.toThrow(/data\.parquet, row 1201: .*"b", got an empty cell/);
  const words = async () => loadTable({ name: 'parquet', paths: [await parquet(b)], ...options }, readParquetRows);
  await expect(words()).rejects.toThrow(/row 1: .*"word", got "0"/);
});
