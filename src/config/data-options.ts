// Options that say what is learned from.
import type { CommandName, Option } from './option.js';
import { choice, inputFiles, wholeNumber } from './value-types.js';

const runs = ['train', 'coordinator'] as const satisfies CommandName[];

export const dataOptions = {
  data: {
    type: choice('mnist-rows', 'text', 'adding'),
    default: 'mnist-rows',
    about: 'Data set: MNIST digits read row by row, characters of your own text, or the adding problem.',
    group: 'Data',
    commands: runs,
    aliases: ['dataset'],
    fixesBits: true,
  },
  dataPath: {
    type: inputFiles,
    about: 'Text files for --data text, joined in the given order; the last 10 % are the test split.',
    group: 'Data',
    commands: runs,
    fixesBits: true,
  },
  dataLength: {
    type: wholeNumber(1, 65_535),
    defaultText: '64 for text, 50 for adding',
    about: 'Steps in a sequence.',
    group: 'Data',
    commands: runs,
    aliases: ['sequenceLength', 'seqLen', 'seqLength', 'blockSize'],
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
    about: 'Training examples that --data adding generates.',
    group: 'Data',
    commands: runs,
    fixesBits: true,
  },
} as const satisfies Record<string, Option>;
