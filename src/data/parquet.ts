// Parquet tables, row group by row group, by the optional package hyparquet.
import { ConfigError } from '../errors.js';
import { requireDataFile } from './read-data-file.js';
import type { TableRow } from './table.js';

/** Yields the rows of files with the same columns, each row's numbers in the order of the columns that `choose` picks. Throws ConfigError (DATA_FILE_..., DATA_PACKAGE_MISSING, PARQUET_INVALID). */
export async function* readParquetRows(
  paths: readonly string[],
  choose: (header: readonly string[], path: string) => readonly number[],
): AsyncGenerator<TableRow> {
  const hyparquet = await loadHyparquet();
  for (const path of paths) {
    await requireDataFile(path);
    const fail = (cause: unknown): ConfigError =>
      new ConfigError(
        'PARQUET_INVALID',
        `${path}: wanted a parquet file that hyparquet reads, got one that it refuses (${cause instanceof Error ? cause.message : String(cause)}). Files compressed by other codecs than snappy: write them anew.`,
        { cause },
      );
    const file = await hyparquet.asyncBufferFromFile(path).catch((cause: unknown) => {
      throw fail(cause);
    });
    const metadata = await hyparquet.parquetMetadataAsync(file).catch((cause: unknown) => {
      throw fail(cause);
    });
    const header = hyparquet.parquetSchema(metadata).children.map(({ element }) => element.name);
    const columns = choose(header, path).map((index) => header[index]!);
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      const rows = await hyparquet
        .parquetReadObjects({ file, metadata, columns, rowStart, rowEnd })
        .catch((cause: unknown) => {
          throw fail(cause);
        });
      for (const [i, row] of rows.entries()) {
        const place = `${path}, row ${rowStart + i + 1}`;
        yield { place, values: columns.map((name) => readNumber(row[name], name, place)) };
      }
      rowStart = rowEnd;
    }
  }
}

async function loadHyparquet(): Promise<typeof import('hyparquet')> {
  try {
    return await import('hyparquet');
  } catch (cause) {
    throw new ConfigError(
      'DATA_PACKAGE_MISSING',
      '--data parquet needs the npm package hyparquet (0.3 MB), which is not installed. Run: npm install hyparquet',
      { cause },
    );
  }
}

function readNumber(cell: unknown, column: string, place: string): number {
  const value = typeof cell === 'bigint' || typeof cell === 'boolean' ? Number(cell) : cell;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const isEmpty = cell === null || cell === undefined;
  const got = isEmpty ? 'an empty cell' : typeof cell === 'string' ? `"${cell.slice(0, 40)}"` : `a ${typeof cell}`;
  throw new ConfigError(
    'PARQUET_INVALID',
    `${place}: wanted a finite number in column "${column}", got ${got}. Fill or drop the row, or name other columns with --data-columns and --data-targets.`,
  );
}
