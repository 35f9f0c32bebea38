// One door to all data sets: options in, a data set in blocks out.
import { loadAdding, type AddingOptions } from './adding.js';
import type { Dataset } from './dataset.js';
import { loadMnistRows, type MnistRowsOptions } from './mnist-rows.js';
import { loadText, type TextOptions } from './text.js';

export type { Block, Dataset, Split, SplitName } from './dataset.js';

export type DataOptions = MnistRowsOptions | TextOptions | AddingOptions;

/** Loads a data set whole, or throws ConfigError with the file, the place, what was wanted and what came. */
export async function loadDataset(options: DataOptions): Promise<Dataset> {
  switch (options.name) {
    case 'mnist-rows':
      return loadMnistRows();
    case 'text':
      return loadText(options);
    case 'adding':
      return loadAdding(options);
  }
}
