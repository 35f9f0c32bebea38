// The option that names a config file: what it holds are all other options of a run.
import type { CommandName, Option } from './option.js';
import { inputFile } from './value-types.js';

const runs = ['train', 'coordinator'] as const satisfies CommandName[];

export const configOptions = {
  config: {
    type: inputFile,
    about: 'Take options from a YAML or JSON file (docs/config.md). Flags and the environment win over it.',
    group: 'Config file',
    commands: runs,
    transient: true,
  },
} as const satisfies Record<string, Option>;
