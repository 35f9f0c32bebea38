// What an option is: one row of the table in schema.ts.
import type { ValueType } from './value-types.js';

export type CommandName =
  | 'train'
  | 'coordinator'
  | 'worker'
  | 'setup'
  | 'doctor'
  | 'inspect'
  | 'evaluate'
  | 'predict'
  | 'generate'
  | 'export'
  | 'replay'
  | 'diagnose'
  | 'reproduce'
  | 'config'
  | 'estimate'
  | 'bench'
  | 'lab'
  | 'cert';

export const groups = [
  'Config file',
  'Use',
  'Data',
  'Model',
  'Steps',
  'Optimizer',
  'Workers',
  'Load',
  'Limits',
  'Network',
  'Run folder',
  'Output',
] as const;
export type Group = (typeof groups)[number];

export interface Option<T = unknown> {
  readonly type: ValueType<T>;
  readonly group: Group;
  readonly commands: readonly CommandName[];
  readonly about: string;
  readonly default?: T;
  /** Said in help texts where the default depends on something else. */
  readonly defaultText?: string;
  /** Help texts of a command that takes the option in another sense. */
  readonly inCommand?: Partial<Record<CommandName, { readonly about: string; readonly defaultText?: string }>>;
  /** Other spellings, camelCase like the names; they mean exactly the same. */
  readonly aliases?: readonly string[];
  /** A resumed run cannot change it: other values would give other weights. */
  readonly fixesBits?: true;
  /** How a command runs, not what the run is: left out of config.yaml and never taken from there. */
  readonly transient?: true;
}

/** Spells an option's name as a flag: `hiddenSize` -> `--hidden-size`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Spells an option's name as an environment variable: `hiddenSize` -> `BRIDLE_HIDDEN_SIZE`. */
export function variableOf(name: string): string {
  return `BRIDLE_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** Reads a flag as a name, `-` and `_` alike: `--hidden_size` -> `hiddenSize`. */
export function nameOf(flag: string): string {
  return flag.replace(/^--?/, '').replace(/[-_]+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
