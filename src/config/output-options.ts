// Options that say what a run leaves behind: its folder, checkpoints, lines.
import type { CommandName, Option } from './option.js';
import { folderName, onOff, resumeTarget, text, wholeNumber } from './value-types.js';

const runs = ['train', 'coordinator'] as const satisfies CommandName[];
const all = [
  'train',
  'coordinator',
  'worker',
  'doctor',
  'inspect',
  'evaluate',
  'predict',
  'generate',
  'export',
  'replay',
  'diagnose',
  'reproduce',
  'bench',
  'lab',
] as const satisfies CommandName[];
const billion = 1_000_000_000;

export const folderOptions = {
  out: {
    type: text('DIR', 'the path of a folder'),
    default: 'runs',
    about: 'Folder in which every run gets its own.',
    group: 'Run folder',
    commands: ['train', 'coordinator', 'inspect', 'diagnose', 'evaluate', 'predict', 'generate', 'export', 'reproduce'],
    transient: true,
  },
  runName: {
    type: folderName,
    defaultText: '<data>-<cell>',
    about: "First part of the run folder's name.",
    group: 'Run folder',
    commands: runs,
    transient: true,
  },
  resume: {
    type: resumeTarget,
    about: 'Go on with a run (the latest, or the given folder), with its own configuration, to the same bits.',
    group: 'Run folder',
    commands: runs,
    aliases: ['resumeFromCheckpoint'],
    transient: true,
  },
  saveEvery: {
    type: wholeNumber(0, billion),
    defaultText: 'every epoch',
    about: 'Steps between checkpoints, 0: never. The end of the run is saved too.',
    group: 'Run folder',
    commands: runs,
    aliases: ['saveSteps', 'checkpointEvery'],
  },
  keep: {
    type: wholeNumber(1, 1_000_000),
    default: 3,
    about: 'Checkpoints to keep, beside the best one.',
    group: 'Run folder',
    commands: runs,
    aliases: ['saveTotalLimit'],
  },
  recordGradients: {
    type: text('FILE', 'the path of a file'),
    about: 'Append the norm of every gradient, by step, shard and worker, to this file: one JSON object a line.',
    group: 'Run folder',
    commands: runs,
    transient: true,
  },
  logDir: {
    type: text('DIR', 'the path of a folder'),
    default: 'runs/worker-logs',
    about: "Folder of the workers' log files.",
    group: 'Run folder',
    commands: ['worker'],
    transient: true,
  },
} as const satisfies Record<string, Option>;

export const outputOptions = {
  logEvery: {
    type: wholeNumber(1, billion),
    defaultText: 'about 20 lines an epoch',
    about: 'Steps between plain lines, where output is not a terminal.',
    group: 'Output',
    commands: runs,
    aliases: ['loggingSteps'],
  },
  json: {
    type: onOff,
    default: false,
    about: 'One JSON object a line on stdout, each with "event"; everything for people goes to stderr.',
    group: 'Output',
    commands: [...all, 'cert', 'estimate'],
    transient: true,
  },
  quiet: {
    type: onOff,
    default: false,
    about: 'Only warnings and errors.',
    group: 'Output',
    commands: ['train', 'coordinator', 'worker', 'reproduce', 'bench', 'lab'],
    transient: true,
  },
  verbose: {
    type: onOff,
    default: false,
    about: 'Debug records in the log files, and the stack of unexpected errors.',
    group: 'Output',
    commands: all,
    transient: true,
  },
} as const satisfies Record<string, Option>;
