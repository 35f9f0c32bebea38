// Options that say what is made of a trained model.
import type { Option } from './option.js';
import { anyText, choice, nonNegativeNumber, text, wholeNumber } from './value-types.js';

export const useOptions = {
  split: {
    type: choice('train', 'valid', 'test'),
    default: 'test',
    about: "Part of the run's data to score.",
    group: 'Use',
    commands: ['evaluate'],
    transient: true,
  },
  prompt: {
    type: anyText('TEXT'),
    defaultText: 'a new line',
    about: 'What the text goes on from; it is printed too.',
    group: 'Use',
    commands: ['generate'],
    transient: true,
  },
  length: {
    type: wholeNumber(1, 1_000_000_000),
    default: 500,
    about: 'Characters to generate.',
    group: 'Use',
    commands: ['generate'],
    transient: true,
  },
  temperature: {
    type: nonNegativeNumber,
    default: 1,
    about: 'Below 1 likely characters become likelier, above 1 less so; 0 always takes the likeliest.',
    group: 'Use',
    commands: ['generate'],
    transient: true,
  },
  format: {
    type: choice('pytorch', 'keras', 'tfjs', 'onnx'),
    about: 'Program whose files are written.',
    group: 'Use',
    commands: ['export'],
    transient: true,
  },
  output: {
    type: text('FILE', 'the path of a file or folder'),
    about: 'Where the files go: a folder, made where it is missing.',
    inCommand: {
      predict: {
        about: 'File for the predictions: .csv, or JSON lines whatever else it is called.',
        defaultText: 'JSON lines on stdout',
      },
      cert: { about: 'Folder for cert.pem and key.pem, made where it is missing.', defaultText: 'here' },
    },
    group: 'Use',
    commands: ['predict', 'export', 'cert'],
    transient: true,
  },
} as const satisfies Record<string, Option>;
