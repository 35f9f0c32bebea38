// Options that say what is learned from.
import type { CommandName, Option } from './option.js';
import { dataType } from './data-type.js';
import { choice, fraction, inputFiles, texts, wholeNumber } from './value-types.js';

const runs = ['train', 'coordinator'] as const satisfies CommandName[];

export const dataOptions = {
  data: {
    type: dataType,
    default: 'mnist-rows',
    about:
      'Data set: MNIST digits read row by row, characters of your text, your time series (csv, parquet), sequences (jsonl) or arrays (npy, npz), a module of yours that calls defineData (.mjs), or the adding, copying or temporal order problem.',
    group: 'Data',
    commands: runs,
    aliases: ['dataset'],
    fixesBits: true,
  },
  dataPath: {
    type: inputFiles,
    about: 'Files to learn from, joined in the given order; npy: inputs and targets, or one npz file.',
    group: 'Data',
    commands: runs,
    fixesBits: true,
  },
  dataLength: {
    type: wholeNumber(1, 65_535),
    defaultText: '64 for text, 50 for adding and temporal-order, 100 for copy, 32 for csv and parquet',
    about: 'Steps in a sequence; csv and parquet: rows in a window; copy: the delay T.',
    group: 'Data',
    commands: runs,
    aliases: ['sequenceLength', 'seqLen', 'seqLength', 'blockSize', 'window', 'dataWindow'],
    fixesBits: true,
  },
  dataMinLength: {
    type: wholeNumber(2, 65_535),
    defaultText: '--data-length',
    about: 'Shortest sequence of --data adding; lengths are drawn between it and --data-length.',
    group: 'Data',
    commands: runs,
    fixesBits: true,
  },
  dataExamples: {
    type: wholeNumber(1, 10_000_000),
    defaultText: '20000',
    about: 'Training examples that --data adding, copy and temporal-order generate.',
    group: 'Data',
    commands: runs,
    fixesBits: true,
  },
  dataColumns: {
    type: texts('COLUMN...', 'the name of one column or more'),
    defaultText: 'all',
    about: 'Columns of a csv or parquet file that enter at each step.',
    group: 'Data',
    commands: runs,
    fixesBits: true,
  },
  dataTargets: {
    type: texts('COLUMN...', 'the name of one column or more'),
    defaultText: '--data-columns',
    about: 'Columns of a csv or parquet file that are predicted.',
    group: 'Data',
    commands: runs,
    fixesBits: true,
  },
  dataHorizon: {
    type: wholeNumber(1, 65_535),
    defaultText: '1',
    about: 'How many rows after a window its target lies (csv, parquet).',
    group: 'Data',
    commands: runs,
    aliases: ['horizon'],
    fixesBits: true,
  },
  dataScaling: {
    type: choice('standard', 'minmax', 'none'),
    defaultText: 'standard',
    about:
      'How columns of a csv or parquet file are scaled: mean 0 and deviation 1, or 0 to 1, fitted on the training rows.',
    group: 'Data',
    commands: runs,
    aliases: ['scaling', 'normalize'],
    fixesBits: true,
  },
  dataClasses: {
    type: wholeNumber(1, 65_536),
    defaultText: 'the largest and one; 88 keys for frames',
    about: 'How many classes the labels of jsonl or npy data have; without labels: ids, or keys of a frame.',
    group: 'Data',
    commands: runs,
    aliases: ['numClasses'],
    fixesBits: true,
  },
  dataValidFraction: {
    type: fraction,
    defaultText: '0.1',
    about: 'Share of your data before the test part that chooses the best checkpoint; 0: the test part does.',
    group: 'Data',
    commands: runs,
    aliases: ['validFraction', 'validationSplit'],
    fixesBits: true,
  },
  dataTestFraction: {
    type: fraction,
    defaultText: '0.1',
    about: 'Share of your data, the last part, that is the test split; data that name their own splits keep them.',
    group: 'Data',
    commands: runs,
    aliases: ['testFraction'],
    fixesBits: true,
  },
} as const satisfies Record<string, Option>;
