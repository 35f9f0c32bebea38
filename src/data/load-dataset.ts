// One door to all data sets: options in, a data set in blocks out.
import { loadAdding, type AddingOptions } from './adding.js';
import { loadArrays, type ArrayOptions } from './arrays.js';
import { loadCopy, type CopyOptions } from './copy-memory.js';
import { readCsvRows } from './csv.js';
import type { Dataset } from './dataset.js';
import { loadJsonl, type JsonlOptions } from './jsonl.js';
import { loadMnistRows, type MnistRowsOptions } from './mnist-rows.js';
import { loadOwnData, type OwnDataOptions } from './own-data.js';
import { readParquetRows } from './parquet.js';
import { loadTable, type TableOptions } from './table.js';
import { loadTemporalOrder, type TemporalOrderOptions } from './temporal-order.js';
import { loadText, type TextOptions } from './text.js';

export type { Block, Dataset, Split, SplitName } from './dataset.js';

export type DataOptions =
  | MnistRowsOptions
  | TextOptions
  | AddingOptions
  | CopyOptions
  | TemporalOrderOptions
  | TableOptions
  | JsonlOptions
  | ArrayOptions
  | OwnDataOptions;

/** Loads a data set, or throws ConfigError with the file, the place, what was wanted and what came. */
export async function loadDataset(options: DataOptions): Promise<Dataset> {
  switch (options.name) {
    case 'mnist-rows':
      return loadMnistRows();
    case 'text':
      return loadText(options);
    case 'adding':
      return loadAdding(options);
    case 'copy':
      return loadCopy(options);
    case 'temporal-order':
      return loadTemporalOrder(options);
    case 'csv':
      return loadTable(options, readCsvRows);
    case 'parquet':
      return loadTable(options, readParquetRows);
    case 'jsonl':
      return loadJsonl(options);
    case 'npy':
      return loadArrays(options);
    case 'own':
      return loadOwnData(options);
  }
}
