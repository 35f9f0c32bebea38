// Options that say what learns, and from which first weights.
import type { CommandName, Option } from './option.js';
import { anyNumber, choice, inputFile, wholeNumber } from './value-types.js';

const runs = ['train', 'coordinator'] as const satisfies CommandName[];

const initializers = choice(
  'glorot-uniform',
  'glorot-normal',
  'he-uniform',
  'he-normal',
  'orthogonal',
  'zeros',
  'pytorch',
);

export const modelOptions = {
  cell: {
    type: choice('rnn', 'lstm'),
    default: 'lstm',
    about: 'Recurrent cell: tanh RNN or LSTM.',
    group: 'Model',
    commands: runs,
    fixesBits: true,
  },
  layers: {
    type: wholeNumber(1, 64),
    default: 1,
    about: 'Recurrent layers.',
    group: 'Model',
    commands: runs,
    aliases: ['numLayers'],
    fixesBits: true,
  },
  hiddenSize: {
    type: wholeNumber(1, 65_536),
    default: 128,
    about: 'Units of each layer.',
    group: 'Model',
    commands: runs,
    aliases: ['hidden', 'units', 'hiddenDim', 'hiddenUnits'],
    fixesBits: true,
  },
  initializer: {
    type: initializers,
    default: 'glorot-uniform',
    about: "Initial input and head weights; pytorch is PyTorch's uniform for every tensor.",
    group: 'Model',
    commands: runs,
    aliases: ['kernelInitializer'],
    fixesBits: true,
  },
  recurrentInitializer: {
    type: initializers,
    defaultText: 'orthogonal, or pytorch with --initializer pytorch',
    about: 'Initial recurrent weights.',
    group: 'Model',
    commands: runs,
    fixesBits: true,
  },
  forgetBias: {
    type: anyNumber,
    default: 1,
    about: "Initial bias of the LSTM's forget gate (not with --initializer pytorch).",
    group: 'Model',
    commands: runs,
    fixesBits: true,
  },
  initFrom: {
    type: inputFile,
    about: "Start from the weights of a model.safetensors file (PyTorch's names and shapes).",
    group: 'Model',
    commands: runs,
    fixesBits: true,
  },
} as const satisfies Record<string, Option>;
