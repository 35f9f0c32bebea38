// The configuration that a program gives: the options of a config file as an object, typed from the table of options.
import { addContents, configKeys } from '../config/config-file.js';
import type { GivenCommandLine } from '../config/parse-command-line.js';
import type { CommandName } from '../config/option.js';
import { readConfigObject } from '../config/read-config.js';
import { optionsOf, type options, type OptionName, type Values } from '../config/schema.js';
import type { OwnData } from '../data/define-data.js';

/** What only concerns lines for people. */
const outputOptions = ['json', 'quiet', 'logEvery'] as const satisfies OptionName[];

type OptionOf<Command extends CommandName> = {
  [Name in OptionName]: Command extends (typeof options)[Name]['commands'][number] ? Name : never;
}[OptionName];
type KeyOf<Command extends CommandName> = Exclude<OptionOf<Command>, (typeof outputOptions)[number]>;
type Key = KeyOf<'train'>;

/** A list of one may be given as a single value. */
type Input<T> = T extends readonly (infer Item)[] ? readonly Item[] | Item : T;
type InputOf<Name extends OptionName> = Input<NonNullable<Values[Name]>> | undefined;

type KeyIn<Section extends string, Name extends string> = Name extends `${Section}${infer Rest}`
  ? Rest extends Capitalize<Rest>
    ? Rest extends ''
      ? 'name'
      : Uncapitalize<Rest>
    : never
  : never;
type SectionConfig<Section extends 'data' | 'clip'> = {
  readonly [Name in Key as KeyIn<Section, Name>]?: InputOf<Name>;
};
type Sections = {
  readonly data?: InputOf<'data'> | SectionConfig<'data'> | OwnData;
  readonly clip?: InputOf<'clip'> | (SectionConfig<'clip'> & { readonly maxNorm?: number });
};

/**
 * Options of a run: the flags of `bridle train` in camelCase, every one of them optional. `data` and `clip` may be nested.
 * `data` may be a value too: `defineData(...)`, whose run only a program can go on with. `config` names a config file whose values count where the object says nothing.
 */
export type TrainConfig = Sections & { readonly [Name in Exclude<Key, keyof Sections>]?: InputOf<Name> };

/** Options of a run whose workers join from elsewhere: the flags of `bridle coordinator` in camelCase; else as `TrainConfig`. */
export type CoordinatorConfig = Sections & {
  readonly [Name in Exclude<KeyOf<'coordinator'>, keyof Sections>]?: InputOf<Name>;
};

/** Options of workers: the flags of `bridle worker` in camelCase. `join` is where their coordinator listens. */
export type WorkerConfig = { readonly join: string } & {
  readonly [Name in Exclude<KeyOf<'worker'>, 'join'>]?: InputOf<Name>;
};

/** Returns `config` as it is: for completion and checking in an editor. */
export function defineConfig(config: TrainConfig): TrainConfig {
  return config;
}

/** What a program gives: options as if they were a command line's, with their problems, and data that are a value. */
export interface GivenConfig {
  readonly given: GivenCommandLine;
  readonly data?: OwnData;
}

/** Reads a program's configuration; problems are collected, not thrown. */
export function readTrainConfig(
  command: 'train' | 'coordinator',
  config: TrainConfig | CoordinatorConfig,
): GivenConfig {
  const data = ownDataIn(config);
  const names: readonly OptionName[] = ['config', ...configKeys];
  const given = readOptions(command, data ? { ...config, data: 'program' } : config, names);
  return data ? { given, data } : { given };
}

/** Reads a program's configuration of workers; problems are collected, not thrown. */
export function readWorkerConfig(config: WorkerConfig): GivenCommandLine {
  return readOptions('worker', config, optionsOf('worker'));
}

/** Data that are a value have splits; a section of options has none. */
function ownDataIn(config: Sections | null): OwnData | undefined {
  const data = config?.data;
  const isValue = typeof data === 'object' && data !== null && ('train' in data || 'inputs' in data);
  return isValue || typeof data === 'function' ? (data as OwnData) : undefined;
}

function readOptions(command: CommandName, config: object, names: readonly OptionName[]): GivenCommandLine {
  const given: GivenCommandLine = {
    command,
    args: [],
    values: new Map(),
    sources: new Map(),
    positionals: [],
    refused: new Set(),
    problems: [],
  };
  const allowed = names.filter((name) => !(outputOptions as readonly OptionName[]).includes(name));
  addContents(command, given, readConfigObject(config, 'config:', { allowed, resolvePath: (path) => path }));
  return given;
}
