// Options of bridle bench: the load, its faults, the limits that it must keep; shapes and rounds of the timed steps.
import type { CommandName, Option } from './option.js';
import { gradientKind, nonNegativeNumber, positiveNumber, share, text, texts, wholeNumber } from './value-types.js';

const bench = ['bench'] as const satisfies CommandName[];
const billion = 1_000_000_000;

function rate(about: string) {
  return { type: share, default: 0, about, group: 'Load', commands: bench, transient: true } as const;
}

function limit(about: string) {
  return { type: positiveNumber, about, group: 'Limits', commands: bench, transient: true } as const;
}

function file(about: string) {
  return {
    type: text('FILE', 'the path of a file'),
    about,
    group: 'Output',
    commands: bench,
    transient: true,
  } as const;
}

export const benchOptions = {
  shapes: {
    type: texts('SHAPE...', 'shapes T,BATCH,INPUT,HIDDEN[,LAYERS]'),
    about: 'Shapes that bench step times: T,BATCH,INPUT,HIDDEN[,LAYERS], the batch a multiple of 8.',
    defaultText: 'six, from 28 to 200 steps and 128 to 512 units',
    group: 'Load',
    commands: bench,
    transient: true,
  },
  rounds: {
    type: wholeNumber(1, 1000),
    default: 3,
    about: 'Times that bench step and bench exchange measure each shape, everything in turns; medians are shown.',
    group: 'Load',
    commands: bench,
    transient: true,
  },
  params: {
    type: wholeNumber(7, 100_000_000),
    default: 100_000,
    about: 'Parameters of the model, about: the nearest size that a one-layer tanh RNN has.',
    group: 'Load',
    commands: bench,
    transient: true,
  },
  warmup: {
    type: wholeNumber(0, billion),
    default: 5,
    about: 'Steps before the measured ones.',
    group: 'Load',
    commands: bench,
    transient: true,
  },
  gradients: {
    type: gradientKind,
    default: 'normal',
    about: 'Gradients that the workers send; recorded:FILE takes the norms that --record-gradients wrote.',
    group: 'Load',
    commands: bench,
    transient: true,
  },
  explodeRate: rate('Share of gradients, by worker and step, that are a thousand to a million times as large.'),
  nanRate: rate('Share of gradients, by worker and step, that hold a NaN the first time they are computed.'),
  slowRate: rate('Share of answers, by worker and step, that come 250 ms late.'),
  dropRate: rate('Share of leases, by worker and step, at which the worker drops its connection and joins again.'),
  churnRate: rate('Share of steps at which a process leaves with its workers, and another joins.'),
  maxP99Ms: limit('Most milliseconds that the 99th percentile of the steps may take.'),
  maxRssMb: limit('Most memory of the coordinator, in MB (10^6 bytes).'),
  maxLost: {
    type: wholeNumber(0, billion),
    about: 'Most workers that may be lost unplanned.',
    group: 'Limits',
    commands: bench,
    transient: true,
  },
  minStepsPerSecond: limit('Fewest steps a second.'),
  maxCoefficientError: {
    type: nonNegativeNumber,
    about: 'Largest relative error of a clip coefficient against a float64 reference.',
    group: 'Limits',
    commands: bench,
    transient: true,
  },
  maxP99PerTcp: limit('Largest ratio of that percentile to raw TCP moving the same bytes in the same run.'),
  report: {
    ...file('Write a page with charts to this file: HTML that needs no network.'),
    commands: ['bench', 'diagnose'],
  },
  summary: file('Append a summary in Markdown to this file, for the summary page of a CI job.'),
} as const satisfies Record<string, Option>;
