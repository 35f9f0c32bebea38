// Options that say what a step is, and how many there are.
import type { CommandName, Option } from './option.js';
import { wireDtypes } from '../protocol/wire-dtype.js';
import { choice, onOff, wholeNumber } from './value-types.js';

const runs = ['train', 'coordinator'] as const satisfies CommandName[];
const billion = 1_000_000_000;

export const stepOptions = {
  globalBatch: {
    type: wholeNumber(1, 131_072),
    default: 64,
    about: 'Sequences in a step, over all workers.',
    group: 'Steps',
    commands: runs,
    aliases: ['batch', 'batchSize', 'globalBatchSize'],
    fixesBits: true,
  },
  shards: {
    type: wholeNumber(1, 4096),
    default: 8,
    about: 'Parts of a global batch; part of what fixes the bits, the number of workers is not.',
    group: 'Steps',
    commands: [...runs, 'bench'],
    inCommand: { bench: { about: 'Parts of a step, one gradient each.', defaultText: 'as many as --workers' } },
    fixesBits: true,
  },
  steps: {
    type: wholeNumber(1, billion),
    about: 'End after so many steps, counted from the start of the run.',
    group: 'Steps',
    commands: [...runs, 'bench'],
    inCommand: { bench: { about: 'Steps that are measured.', defaultText: '50, bench step 30' } },
    aliases: ['maxSteps'],
  },
  epochs: {
    type: wholeNumber(1, 1_000_000),
    defaultText: '1, unless --steps is given',
    about: 'End after so many passes over the training data.',
    group: 'Steps',
    commands: runs,
    aliases: ['numEpochs', 'numTrainEpochs', 'maxEpochs'],
  },
  dropLast: {
    type: onOff,
    default: false,
    about: 'Leave out the last partial batch of an epoch.',
    group: 'Steps',
    commands: runs,
    aliases: ['dataloaderDropLast'],
    fixesBits: true,
  },
  bptt: {
    type: wholeNumber(1, 65_535),
    about:
      'Train on --data text as --global-batch contiguous streams in windows of N characters: the state goes on from window to window, gradients stop there.',
    group: 'Steps',
    commands: runs,
    fixesBits: true,
  },
  bucket: {
    type: wholeNumber(0, billion),
    default: 0,
    about: 'Deal sequences of like length together, which pads less: sorts so many batches at a time, 0: none.',
    group: 'Steps',
    commands: runs,
    aliases: ['groupByLength'],
    fixesBits: true,
  },
  seed: {
    type: wholeNumber(0, Number.MAX_SAFE_INTEGER),
    default: 42,
    about: 'Seed of initial weights, order of examples and generated data.',
    group: 'Steps',
    commands: [...runs, 'generate', 'bench'],
    inCommand: {
      generate: { about: 'Seed of the draws: equal seeds give equal texts.' },
      bench: { about: 'Seed of gradients and faults.' },
    },
    fixesBits: true,
  },
  diagnose: {
    type: wholeNumber(1, billion),
    about:
      'Steps between diagnoses, beside the run: how the gradient travels through time on a few examples, Jacobians, Lyapunov exponents, gates. For the network of a checkpoint: bridle diagnose.',
    group: 'Steps',
    commands: runs,
  },
  wire: {
    type: choice(...wireDtypes),
    default: 'f32',
    about: 'Number format of gradients on the wire; all but f32 round each shard alone, to 2 or 4 times fewer bytes.',
    group: 'Steps',
    commands: [...runs, 'bench'],
    inCommand: { bench: { about: 'Number format of gradients in bench exchange.' } },
    fixesBits: true,
  },
  evaluateEvery: {
    type: wholeNumber(0, billion),
    defaultText: 'every epoch',
    about: 'Steps between evaluations, 0: never. The end of the run is evaluated too.',
    group: 'Steps',
    commands: runs,
    aliases: ['evalEvery', 'evalSteps'],
  },
  noMeasure: {
    type: onOff,
    default: false,
    about: 'Estimate without running any step.',
    group: 'Steps',
    commands: ['estimate'],
    transient: true,
  },
} as const satisfies Record<string, Option>;
