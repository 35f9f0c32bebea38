// Options of bridle lab: what is tried, and where its results lie. What all trials share stands behind --.
import type { CommandName, Option } from './option.js';
import { choice, text, texts } from './value-types.js';

const lab = ['lab'] as const satisfies CommandName[];

export const labOptions = {
  preset: {
    type: choice('seed'),
    about: 'A laboratory that is ready: seed shows a plain RNN that diverges and what saves it (some minutes).',
    group: 'Steps',
    commands: lab,
    transient: true,
  },
  vary: {
    type: texts('NAME=VALUE,VALUE...', 'NAME=VALUE,VALUE with a flag of bridle train'),
    about:
      'What varies, once or several times: every combination is a trial. NAME is a flag of bridle train: cell=rnn,lstm clip=none,global-norm:1 data-length=20,40 seed=1,2.',
    group: 'Steps',
    commands: lab,
    transient: true,
  },
  labDir: {
    type: text('DIR', 'the path of a folder'),
    default: 'lab',
    about: 'Folder of the runs, the results and report.html. Trials that have a result there are not run again.',
    group: 'Run folder',
    commands: lab,
    transient: true,
  },
} as const satisfies Record<string, Option>;
