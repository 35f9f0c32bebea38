// Files that a model predicts from: the same sequences out of each kind, and what is no such file.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSequences } from '../../../src/inference/read-sequences.js';
import type { PlacedSequence } from '../../../src/inference/placed-sequence.js';
import type { StoredModel } from '../../../src/inference/stored-model.js';
import { npy, zip } from '../data/array-files.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bridle-predict-'));
});
afterAll(() => rm(directory, { recursive: true }));

const series = {
  data: { maxLength: 2, inputs: { kind: 'dense', features: 1 } },
  preprocessing: { version: 1, inputs: [{ name: 'load', shift: 0, scale: 1 }] },
} as unknown as StoredModel;
const dense = { data: { inputs: { kind: 'dense', features: 2 } } } as unknown as StoredModel;
const ids = { data: { inputs: { kind: 'ids', vocabulary: 9 } } } as unknown as StoredModel;

async function read(model: StoredModel, name: string, content: string | Uint8Array): Promise<PlacedSequence[]> {
  const path = join(directory, name);
  await writeFile(path, content);
  const found: PlacedSequence[] = [];
  for await (const sequence of readSequences(model, path)) found.push(sequence);
  return found;
}

function parquet(name = 'load'): Uint8Array {
  const columnData = [
    { name: 'day', data: ['a', 'b', 'c'] },
    { name, data: [5, 6, 7], type: 'DOUBLE' as const },
  ];
  return Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 2 }));
}

const numbers = npy(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), { shape: '(2, 2, 2)' });
const whole = npy(Int32Array.of(1, 2, 3, 4, 5, 6), { descr: '<i4' });
const one = npy(Float32Array.of(1), { shape: '(1,)' });
const lengths = (...values: number[]) => npy(Int32Array.from(values), { descr: '<i4', shape: `(${values.length},)` });

describe('readSequences', () => {
  it('cuts the same windows from parquet as from csv', async () => {
    const windows = [
      { place: 2, sequence: [[5], [6]] },
      { place: 3, sequence: [[6], [7]] },
    ];
    expect(await read(series, 'series.parquet', parquet())).toEqual(windows);
    expect(await read(series, 'series.csv', 'day,load\na,5\nb,6\nc,7\n')).toEqual(windows);
  });

  it('takes the inputs of an npz archive, whatever is beside them, as those of an npy file', async () => {
    const rows = [
      {
        place: 0,
        sequence: [
          [1, 2],
          [3, 4],
        ],
      },
      {
        place: 1,
        sequence: [
          [5, 6],
          [7, 8],
        ],
      },
    ];
    expect(await read(dense, 'x.npy', numbers)).toEqual(rows);
    expect(await read(dense, 'x.npz', zip({ 'x.npy': numbers, 'y.npy': one }, true))).toEqual(rows);
    expect(await read(dense, 'x.npz', zip({ 'y_test.npy': one, 'x_test.npy': numbers }))).toEqual(rows);
  });

  it('leaves the steps beyond each length out', async () => {
    const [first, second] = await read(ids, 'x.npz', zip({ 'lengths.npy': lengths(3, 1), 'x.npy': whole }));
    expect([first?.sequence, second?.sequence]).toEqual([[1, 2, 3], [4]]);
  });

  it.each<[string, Record<string, Buffer>, RegExp]>([
    ['no inputs', { 'y.npy': one }, /one array of inputs, named x, got y/],
    ['inputs of several splits', { 'x_train.npy': numbers, 'x_test.npy': numbers }, /got x_train, x_test/],
    ['one length too few', { 'x.npy': whole, 'lengths.npy': lengths(3) }, /2 lengths, one an example, got 1/],
    ['a length beyond the steps', { 'x.npy': whole, 'lengths.npy': lengths(3, 4) }, /from 1 to 3, got 4 at index 1/],
    ['inputs of one dimension', { 'x.npy': one }, /got \[1\]/],
  ])('refuses an archive with %s', async (_, entries, message) => {
    await expect(read(dense, 'x.npz', zip(entries))).rejects.toMatchObject({
      code: 'PREDICT_FILE',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['PREDICT_FILE', 'a.parquet', parquet('other'), /a column "load", as in training, got day, other/],
    ['PARQUET_INVALID', 'a.parquet', Buffer.from('no parquet'), /a parquet file/],
    ['NPZ_INVALID', 'a.npz', Buffer.from('no zip'), /a zip archive/],
    ['DATA_FILE_EMPTY', 'a.npz', Buffer.alloc(0), /is empty/],
    ['PREDICT_FILE', 'a.txt', Buffer.from('text'), /ends in \.csv, \.parquet, \.jsonl, \.npy, \.npz, got \.txt/],
  ])('refuses with %s %s', async (code, name, content, message) => {
    await expect(read(series, name, content)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
