// Options that say what learns, and from which first weights.
import type { CommandName, Option } from './option.js';
import { anyNumber, choice, fraction, inputFile, onOff, wholeNumber } from './value-types.js';

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
    type: choice('rnn', 'lstm', 'gru'),
    default: 'lstm',
    about: 'Recurrent cell: tanh RNN, LSTM or GRU (reset gate after the product, as in PyTorch).',
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
  bidirectional: {
    type: onOff,
    default: false,
    about: 'Run each layer over the sequence both ways; outputs are both directions side by side.',
    group: 'Model',
    commands: runs,
    fixesBits: true,
  },
  embedding: {
    type: wholeNumber(1, 65_536),
    defaultText: 'one-hot vectors',
    about: 'Learn a vector of so many values for each character or class id that is read.',
    group: 'Model',
    commands: runs,
    aliases: ['embeddingSize', 'embeddingDim'],
    fixesBits: true,
  },
  dropout: {
    type: fraction,
    default: 0,
    about: 'Share of the outputs of all layers but the last that is left out in training.',
    group: 'Model',
    commands: runs,
    fixesBits: true,
  },
  loss: {
    type: choice('softmax', 'squared-error', 'binary'),
    defaultText: 'by the targets: softmax for classes, squared-error for numbers, binary for keys',
    about: 'Loss; binary is the sigmoid cross-entropy of targets from 0 to 1, in nats, summed over them.',
    group: 'Model',
    commands: runs,
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
