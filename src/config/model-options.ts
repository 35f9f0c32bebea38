// Options that say what learns, and from which first weights.
import type { CommandName, Option } from './option.js';
import { initializerNames } from '../params/initializer.js';
import { initializer } from './initializer-type.js';
import { anyNumber, choice, fraction, inputFile, onOff, wholeNumber } from './value-types.js';

const runs = ['train', 'coordinator'] as const satisfies CommandName[];

export const modelOptions = {
  model: {
    type: inputFile,
    about:
      'Your own model in place of the built-in one: a module that calls defineModel (.mjs), or a saved tf.LayersModel (model.json). Every worker needs the same files.',
    group: 'Model',
    commands: [...runs, 'worker'],
    fixesBits: true,
  },
  cell: {
    type: choice('rnn', 'relu', 'lstm', 'gru'),
    default: 'lstm',
    about: 'Recurrent cell: tanh RNN, ReLU RNN, LSTM or GRU (reset gate after the product, as in PyTorch).',
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
    type: initializer,
    default: 'glorot-uniform',
    about: `Initial input weights, with a gain if wanted (glorot-uniform:1.5): ${initializerNames.join(', ')}. normal:X is N(0, X^2); pytorch is PyTorch's uniform for every tensor.`,
    group: 'Model',
    commands: runs,
    aliases: ['initInput', 'kernelInitializer'],
    fixesBits: true,
  },
  recurrentInitializer: {
    type: initializer,
    defaultText: 'orthogonal, or pytorch with --initializer pytorch',
    about: 'Initial recurrent weights; orthogonal is one matrix over all gates, orthogonal-gates one for each.',
    group: 'Model',
    commands: runs,
    aliases: ['initRecurrent'],
    fixesBits: true,
  },
  outputInitializer: {
    type: initializer,
    defaultText: 'as --initializer',
    about: 'Initial weights of the head.',
    group: 'Model',
    commands: runs,
    aliases: ['initOutput'],
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
  chronoSteps: {
    type: wholeNumber(2, 1_000_000_000),
    about:
      'Initial gate biases for dependencies of up to so many steps (chrono initialisation; LSTM, GRU), in place of --forget-bias.',
    group: 'Model',
    commands: runs,
    aliases: ['chrono'],
    fixesBits: true,
  },
  initFrom: {
    type: inputFile,
    about:
      "Start from the weights of a safetensors file: a checkpoint's, or one from PyTorch or Keras (docs/using-a-model.md).",
    group: 'Model',
    commands: runs,
    fixesBits: true,
  },
} as const satisfies Record<string, Option>;
