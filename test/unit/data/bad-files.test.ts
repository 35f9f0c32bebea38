// A folder of bad files: each is refused before anything starts, with the place, what was wanted, and exit code 2.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadDataset, type DataOptions } from '../../../src/data/load-dataset.js';
import { ConfigError, exitCodes } from '../../../src/errors.js';
import { npy, zip } from './array-files.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bridle-bad-'));
  await mkdir(join(directory, 'folder.csv'));
  await symlink(join(directory, 'loop.csv'), join(directory, 'loop.csv'));
});
afterAll(() => rm(directory, { recursive: true }));

const fractions = { validFraction: 0, testFraction: 0.2 };
const csv = (paths: string[], more: object = {}): DataOptions => ({
  ...{ name: 'csv', paths, length: 2, horizon: 1, scaling: 'standard', ...fractions },
  ...more,
});
const jsonl = (paths: string[], more: object = {}): DataOptions => ({ name: 'jsonl', paths, ...fractions, ...more });
const arrays = (paths: string[]): DataOptions => ({ name: 'npy', paths, ...fractions });
const text = (paths: string[]): DataOptions => ({ name: 'text', paths, length: 2 });
const parquet = (paths: string[]): DataOptions => ({ ...csv(paths), name: 'parquet' }) as DataOptions;

const module = ([source = '']: string[]): DataOptions => ({ name: 'own', source });
const moduleOf = (example: string, more = ''): string =>
  `const test = [{ inputs: [[1, 2]], targets: 0 }];
export default { inputs: { kind: 'dense', features: 2 }, targets: { kind: 'class', classes: 2, per: 'sequence' }, train: [...test, ${example}], test, ${more} };`;

const rows = 'a,b\n1,2\n3,4\n5,6\n7,8\n9,10\n';
const floats = Float32Array.of(1, 2, 3, 4, 5, 6);
const zeros = Buffer.alloc(70 << 20);
type Content = string | Uint8Array | undefined;

/** [file, its bytes (undefined: is there already, or must not be), options, code, what the message says]. */
// prettier-ignore
const badFiles: [string, Content, (paths: string[]) => DataOptions, string, RegExp][] = [
  ['missing.csv', undefined, csv, 'DATA_FILE_MISSING', /missing\.csv does not exist/],
  ['folder.csv', undefined, csv, 'DATA_FILE_IS_DIRECTORY', /folder\.csv is a directory/],
  ['loop.csv', undefined, csv, 'DATA_FILE_UNREADABLE', /loop\.csv cannot be read \(ELOOP\)/],
  ['empty.csv', '', csv, 'DATA_FILE_EMPTY', /empty\.csv is empty: 0 bytes/],
  ['blank.csv', '\n\n\n', csv, 'CSV_INVALID', /blank\.csv:1: wanted a header/],
  ['header-only.csv', 'a,b\n', csv, 'DATA_TOO_SHORT', /header-only\.csv: wanted at least one/],
  ['short.csv', 'a,b\n1,2\n3,4\n', csv, 'DATA_TOO_SHORT', /short\.csv: wanted at least one .* got 0 and|got -/],
  ['open-quote.csv', 'a,b\n1,2\n"3,4\n5,6\n', csv, 'CSV_INVALID', /open-quote\.csv:\d+: .*Quote Not Closed/i],
  ['stray-quote.csv', 'a,b\n1,2\n3"x",4\n', csv, 'CSV_INVALID', /stray-quote\.csv:3: .*Opening Quote/i],
  ['after-quote.csv', 'a,b\n1,2\n"3"x,4\n', csv, 'CSV_INVALID', /after-quote\.csv:3: .*Closing Quote/i],
  ['ragged-short.csv', 'a,b\n1,2\n3\n5,6\n', csv, 'CSV_INVALID', /ragged-short\.csv:3: Invalid Record Length: expect 2, got 1/],
  ['ragged-long.csv', 'a,b\n1,2\n3,4,5\n', csv, 'CSV_INVALID', /ragged-long\.csv:3: Invalid Record Length: expect 2, got 3/],
  ['word.csv', rows.replace('5', 'five'), csv, 'CSV_INVALID', /word\.csv:4: wanted a finite number in column "a", got "five"/],
  ['nan.csv', rows.replace('6', 'NaN'), csv, 'CSV_INVALID', /nan\.csv:4: .* column "b", got "NaN"/],
  ['infinite.csv', rows.replace('6', '1e999'), csv, 'CSV_INVALID', /infinite\.csv:4: .* got "1e999"/],
  ['hexadecimal.csv', rows.replace('6', '0x10'), csv, 'CSV_INVALID', /hexadecimal\.csv:4: .* got "0x10"/],
  ['empty-cell.csv', rows.replace('6', ''), csv, 'CSV_INVALID', /empty-cell\.csv:4: .* got an empty cell/],
  ['quoted-lines.csv', 'a,b\n"1\n",2\n3,x\n', csv, 'CSV_INVALID', /quoted-lines\.csv:4: .* got "x"/],
  ['semicolons.csv', 'a;b\n1;2\n3;4\n', csv, 'CSV_INVALID', /semicolons\.csv:2: .* got "1;2"/],
  ['twice.csv', 'a,a\n1,2\n', csv, 'CSV_INVALID', /twice\.csv:1: .* got "a" twice/],
  ['nameless.csv', 'a,\n1,2\n', csv, 'CSV_INVALID', /nameless\.csv:1: .* an empty name in column 2/],
  ['column.csv', rows, (p) => csv(p, { columns: ['a', 'c'] }), 'DATA_COLUMN_MISSING', /column\.csv:1: wanted a column "c", got a, b/],
  ['target.csv', rows, (p) => csv(p, { targets: ['c'] }), 'DATA_COLUMN_MISSING', /target\.csv:1: wanted a column "c"/],
  ['range.csv', rows.replace('6', '1e300'), (p) => csv(p, { scaling: 'none' }), 'DATA_RANGE', /range\.csv, row 3: .* got 1e\+300/],
  ['utf-16.csv', Buffer.from(`\uFEFF${rows}`, 'utf16le'), csv, 'DATA_NOT_UTF8', /utf-16\.csv:1: .*UTF-16/],
  ['latin-1.csv', Buffer.from('a,b\n1,2\n3,\xe9\n', 'latin1'), csv, 'DATA_NOT_UTF8', /latin-1\.csv:3: wanted UTF-8, got 0xe9 at byte 10/],
  ['huge-header.csv', Buffer.alloc(17 << 20, 'a'), csv, 'DATA_LINE_TOO_LONG', /huge-header\.csv:1: wanted lines of at most 16 MiB/],
  ['long-record.csv', `a,b\n"${'1'.repeat(2 << 20)}",2\n`, csv, 'CSV_INVALID', /long-record\.csv:\d: .*record/i],
  ['binary.csv', Buffer.from([0x50, 0x4b, 3, 4, 0xff, 0xfe, 0, 1]), csv, 'DATA_NOT_UTF8', /binary\.csv:1: .* 0xff at byte 4/],
  ['broken.jsonl', '{"ids":[1,2]}\n{"ids":[1,2]\n', jsonl, 'JSONL_INVALID', /broken\.jsonl:2: wanted one JSON object a line/],
  ['array.jsonl', '[1,2]\n', jsonl, 'JSONL_INVALID', /array\.jsonl:1: .* got \[1,2\]/],
  ['blank.jsonl', '\n \n', jsonl, 'JSONL_INVALID', /blank\.jsonl:1: .* blank lines only/],
  ['no-inputs.jsonl', '{"tokens":[1]}\n', jsonl, 'JSONL_INVALID', /no-inputs\.jsonl:1: wanted one of inputs, ids, frames, got the keys tokens/],
  ['two-inputs.jsonl', '{"ids":[1],"frames":[[1]]}\n', jsonl, 'JSONL_INVALID', /two-inputs\.jsonl:1: .* got ids and frames/],
  ['ragged.jsonl', '{"inputs":[[1,2],[3]],"labels":0}\n', jsonl, 'JSONL_INVALID', /ragged\.jsonl:1: wanted 2 numbers in inputs\[1\]/],
  ['wider.jsonl', '{"inputs":[[1]],"labels":0}\n{"inputs":[[1,2]],"labels":0}\n', jsonl, 'JSONL_INVALID', /wider\.jsonl:2: wanted inputs as in the first line/],
  ['null.jsonl', '{"inputs":[[1,null]],"labels":0}\n', jsonl, 'JSONL_INVALID', /null\.jsonl:1: wanted inputs\[0\]\[1\] to be a number .* got null/],
  ['too-large.jsonl', '{"inputs":[[1e300]],"labels":0}\n', jsonl, 'JSONL_INVALID', /too-large\.jsonl:1: .* float32/],
  ['key.jsonl', '{"frames":[[3],[88]]}\n', jsonl, 'JSONL_INVALID', /key\.jsonl:1: wanted keys from 0 to 87 .* got 88/],
  ['negative.jsonl', '{"frames":[[3],[-1]]}\n', jsonl, 'JSONL_INVALID', /negative\.jsonl:1: wanted frames\[1\]\[0\] to be a whole number/],
  ['flat-frames.jsonl', '{"frames":[3,4]}\n', jsonl, 'JSONL_INVALID', /flat-frames\.jsonl:1: wanted frames\[0\] to be an array, got 3/],
  ['fraction.jsonl', '{"ids":[1,2.5]}\n', jsonl, 'JSONL_INVALID', /fraction\.jsonl:1: wanted ids\[1\] to be a whole number .* got 2\.5/],
  ['labels.jsonl', '{"ids":[1,2],"labels":[0,1,1]}\n', jsonl, 'JSONL_INVALID', /labels\.jsonl:1: wanted one of "labels" a step, 2, got 3/],
  ['class.jsonl', '{"ids":[1,2],"labels":5}\n', (p) => jsonl(p, { classes: 5 }), 'JSONL_INVALID', /class\.jsonl:1: wanted classes from 0 to 4/],
  ['no-steps.jsonl', '{"ids":[]}\n', jsonl, 'JSONL_INVALID', /no-steps\.jsonl:1: wanted at least 2 steps in "ids", got 0/],
  ['split.jsonl', '{"split":"dev","ids":[1,2]}\n', jsonl, 'JSONL_INVALID', /split\.jsonl:1: wanted "split" to be train, valid or test, got "dev"/],
  ['some-splits.jsonl', '{"split":"train","ids":[1,2]}\n{"ids":[1,2]}\n', jsonl, 'JSONL_INVALID', /some-splits\.jsonl:2: wanted "split" in every line or in none/],
  ['no-test.jsonl', '{"split":"train","ids":[1,2]}\n', jsonl, 'DATA_TOO_SHORT', /no-test\.jsonl: wanted at least one of the sequences/],
  ['latin-1.jsonl', Buffer.from('{"ids":[1,2]}\n{"\xe9":1}\n', 'latin1'), jsonl, 'DATA_NOT_UTF8', /latin-1\.jsonl:2: .* at byte 16/],
  ['magic.npy', 'no array at all', arrays, 'NPY_INVALID', /magic\.npy: wanted the magic bytes .* at byte 0, got 6e 6f/],
  ['tiny.npy', 'x', arrays, 'NPY_INVALID', /tiny\.npy: .* fewer than 8 bytes/],
  ['version.npy', npy(floats, { version: 9 }), arrays, 'NPY_INVALID', /version\.npy: wanted version 1, 2 or 3 at byte 6, got 9/],
  ['header.npy', npy(floats, { version: 2, headerBytes: 0xffff_ffff }), arrays, 'NPY_INVALID', /header\.npy: wanted a header of at most 65536 bytes/],
  ['cut-header.npy', npy(floats).subarray(0, 30), arrays, 'NPY_INVALID', /cut-header\.npy: wanted a header of \d+ bytes at byte 10, got the end/],
  ['dtype.npy', npy(floats, { descr: '|O' }), arrays, 'NPY_INVALID', /dtype\.npy: wanted a dtype of <f4, .* got \|O/],
  ['big-endian.npy', npy(floats, { descr: '>f4' }), arrays, 'NPY_INVALID', /big-endian\.npy: .* got >f4/],
  ['shape.npy', npy(floats, { shape: '(2, -3)' }), arrays, 'NPY_INVALID', /shape\.npy: wanted fortran_order and shape/],
  ['no-rows.npy', npy(floats, { shape: '(0, 3)' }), arrays, 'NPY_INVALID', /no-rows\.npy: wanted a shape/],
  ['flat.npy', npy(floats, { shape: '(6,)' }), arrays, 'DATA_ARRAYS', /flat\.npy: wanted inputs of shape \[examples, steps\]/],
  ['truncated.npy', npy(floats, { shape: '(2, 4)' }), arrays, 'NPY_INVALID', /truncated\.npy: wanted 8 values of <f4 .* got 24 bytes/],
  ['overlong.npy', npy(floats, { shape: '(2, 2)' }), arrays, 'NPY_INVALID', /overlong\.npy: wanted 16 bytes after the header, got more/],
  ['giant.npy', npy(floats, { shape: '(99999999, 99999999)' }), arrays, 'NPY_INVALID', /giant\.npy: wanted/],
  ['giant-fortran.npy', npy(floats, { shape: '(99999, 99999)', order: 'True' }), arrays, 'NPY_INVALID', /giant-fortran\.npy: .*256 MiB/],
  ['nan.npy', npy(Float32Array.of(1, 2, NaN, 4, 5, 6)), arrays, 'NPY_INVALID', /nan\.npy: wanted finite values, got NaN at index 2/],
  ['ids.npy', npy(Int32Array.of(1, 2, -3, 4, 5, 6), { descr: '<i4' }), arrays, 'DATA_ARRAYS', /ids\.npy: wanted whole numbers from 0 to 65535, got -3 in example 0/],
  ['not-zip.npz', 'no archive at all, though it is long enough', arrays, 'NPZ_INVALID', /not-zip\.npz: wanted a zip archive/],
  ['entry.npz', zip({ 'notes.txt': Buffer.from('hello') }), arrays, 'NPZ_INVALID', /entry\.npz: wanted entries that end in \.npy, got notes\.txt/],
  ['names.npz', zip({ 'weights.npy': npy(floats) }), arrays, 'DATA_ARRAYS', /names\.npz: wanted entries named x, y.* got "weights"/],
  ['no-x.npz', zip({ 'y.npy': npy(floats) }), arrays, 'DATA_ARRAYS', /no-x\.npz: wanted an array of inputs/],
  ['rows.npz', zip({ 'x.npy': npy(floats), 'y.npy': npy(floats, { shape: '(3, 2)' }) }), arrays, 'DATA_ARRAYS', /rows\.npz, entry y\.npy: wanted targets of shape/],
  ['cut.npz', zip({ 'x.npy': npy(floats) }).subarray(0, 60), arrays, 'NPZ_INVALID', /cut\.npz: wanted a zip archive/],
  ['damaged.npz', zip({ 'x.npy': npy(floats, { shape: '(2, 3)' }) }, true).fill(0xff, 40, 60), arrays, 'NPZ_INVALID', /damaged\.npz/],
  ['bomb.npz', zip({ 'x.npy': npy(zeros, { descr: '|u1', shape: `(${7 << 10}, ${10 << 10})` }) }, true), arrays, 'NPZ_INVALID', /bomb\.npz: wanted entries that unpack to at most 200 times/],
  ['hidden-bomb.npz', zip({ 'x.npy': npy(zeros, { descr: '|u1', shape: `(${7 << 10}, ${10 << 10})` }) }, true, 4096), arrays, 'NPZ_INVALID', /hidden-bomb\.npz, entry x\.npy: wanted bytes that can be unpacked/],
  ['not.parquet', 'PAR1 is not enough', parquet, 'PARQUET_INVALID', /not\.parquet: wanted a parquet file/],
  ['empty.parquet', '', parquet, 'DATA_FILE_EMPTY', /empty\.parquet is empty/],
  ['cut.parquet', Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(40), Buffer.from([9, 0, 0, 0]), Buffer.from('PAR1')]), parquet, 'PARQUET_INVALID', /cut\.parquet: wanted a parquet file/],
  ['missing.mjs', undefined, module, 'MODULE_UNREADABLE', /missing\.mjs cannot be read \(ENOENT\)/],
  ['imports.mjs', "import './gone.mjs';", module, 'MODULE_UNREADABLE', /gone\.mjs, which .*imports\.mjs imports, cannot be read/],
  ['empty.mjs', '', module, 'MODULE_DEFAULT', /empty\.mjs must have a default export.*exports nothing/],
  ['throws.mjs', 'throw new Error("no data base");', module, 'MODULE_FAILED', /throws\.mjs cannot be loaded: Error: no data base/],
  ['scaling.mjs', moduleOf('', 'scaling: 1'), module, 'DATA_DEFINITION', /scaling\.mjs: "scaling" means nothing here/],
  ['nan.mjs', moduleOf('{ inputs: [[1, NaN]], targets: 0 }'), module, 'DATA_EXAMPLE', /nan\.mjs: train\[1\]\.inputs\[0\]\[1\] must be a finite number .* got NaN/],
  ['ragged.mjs', moduleOf('{ inputs: [[1, 2], [3]], targets: 0 }'), module, 'DATA_EXAMPLE', /ragged\.mjs: train\[1\]\.inputs\[1\] must hold 2 values, got 1/],
  ['class.mjs', moduleOf('{ inputs: [[1, 2]], targets: 2 }'), module, 'DATA_EXAMPLE', /class\.mjs: train\[1\]\.targets\[0\] must be a whole number from 0 to 1, got 2/],
  ['no-valid.mjs', moduleOf('', 'valid: []'), module, 'DATA_TOO_SHORT', /no-valid\.mjs: valid must hold at least one example/],
  ['latin-1.txt', Buffer.from('abc\nd\xe9f', 'latin1'), text, 'TEXT_NOT_UTF8', /latin-1\.txt, line 2, byte 5/],
];

it.each(badFiles)('refuses %s', async (name, content, options, code, message) => {
  const path = join(directory, name);
  if (content !== undefined) await writeFile(path, content);
  const error: unknown = await loadDataset(options([path])).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConfigError);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message), exitCode: exitCodes.usage });
});

it('refuses what is no regular file, since a resumed run reads its data again', async () => {
  await expect(loadDataset(csv(['/dev/null']))).rejects.toMatchObject({ code: 'DATA_FILE_UNREADABLE' });
});
