// Comma-separated values (RFC 4180) of any size, row by row, by csv-parse: numbers out, or the file, line and column of what is none.
import { CsvError, parse, type Info } from 'csv-parse';
import { Readable } from 'node:stream';
import { ConfigError } from '../errors.js';
import type { TableRow } from './table.js';
import { readTextChunks } from './text-chunks.js';

const maxRecordBytes = 1 << 20;

/** Yields the rows of files with one header, each row's numbers in the order of the columns that `choose` picks from it. Throws ConfigError (DATA_FILE_..., DATA_NOT_UTF8, CSV_INVALID). */
export async function* readCsvRows(
  paths: readonly string[],
  choose: (header: readonly string[], path: string) => readonly number[],
): AsyncGenerator<TableRow> {
  for (const path of paths) {
    let chosen: readonly { readonly index: number; readonly name: string }[] | undefined;
    for await (const { record, info } of readRecords(path)) {
      if (chosen === undefined) {
        chosen = choose(readHeader(record, path), path).map((index) => ({ index, name: record[index] ?? '' }));
        continue;
      }
      const place = `${path}:${info.lines}`;
      const values = chosen.map(({ index, name }) => readNumber(record[index] ?? '', name, place));
      yield { place, values };
    }
    if (chosen === undefined)
      throw new ConfigError('CSV_INVALID', `${path}:1: wanted a header with the names of the columns, got none.`);
  }
}

async function* readRecords(path: string): AsyncGenerator<{ record: string[]; info: Info }> {
  const parser = parse({ info: true, skip_empty_lines: true, max_record_size: maxRecordBytes });
  const text = Readable.from(texts(path));
  text.on('error', (error) => parser.destroy(error));
  text.pipe(parser);
  try {
    yield* parser as AsyncIterable<{ record: string[]; info: Info }>;
  } catch (error) {
    throw error instanceof CsvError ? describeCsvError(error, path) : error;
  } finally {
    text.destroy();
  }
}

async function* texts(path: string): AsyncGenerator<string> {
  for await (const { text } of readTextChunks(path)) yield text;
}

function describeCsvError(error: CsvError, path: string): ConfigError {
  const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
  const message = error.message.replace(/ (on|at) line \d+.*$/, '');
  return new ConfigError(
    'CSV_INVALID',
    `${path}:${line}: ${message}. Wanted comma-separated values as RFC 4180 has them.`,
    { cause: error },
  );
}

function readHeader(header: readonly string[], path: string): readonly string[] {
  const names = header.map((name) => name.trim());
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined && names.every((name) => name !== '')) return names;
  const got = twice === undefined ? `an empty name in column ${names.indexOf('') + 1}` : `"${twice}" twice`;
  throw new ConfigError(
    'CSV_INVALID',
    `${path}:1: wanted a header with a name of its own for each column, got ${got}.`,
  );
}

// Number('') is 0 and Number('0x10') is 16: neither is what somebody meant by a number here.
const numeral = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;

function readNumber(cell: string, column: string, place: string): number {
  const value = Number(cell);
  if (Number.isFinite(value) && numeral.test(cell)) return value;
  const got = cell.trim() === '' ? 'an empty cell' : `"${cell.slice(0, 40)}"`;
  throw new ConfigError(
    'CSV_INVALID',
    `${place}: wanted a finite number in column "${column}", got ${got}. Fill or drop the row, or name other columns with --data-columns and --data-targets.`,
  );
}
