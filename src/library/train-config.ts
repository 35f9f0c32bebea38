// The configuration that a program gives: the options of a config file as an object, typed from the table of options.
import { addContents, configKeys } from '../config/config-file.js';
import type { GivenCommandLine } from '../config/parse-command-line.js';
import { readConfigObject } from '../config/read-config.js';
import type { options, OptionName, Values } from '../config/schema.js';
import type { OwnData } from '../data/define-data.js';

/** What only concerns lines for people. */
const outputOptions = ['json', 'quiet', 'logEvery'] as const satisfies OptionName[];

type RunOption = {
  [Name in OptionName]: 'train' extends (typeof options)[Name]['commands'][number] ? Name : never;
}[OptionName];
type Key = Exclude<RunOption, (typeof outputOptions)[number]>;

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
export function readTrainConfig(config: TrainConfig): GivenConfig {
  const data = ownDataIn(config);
  return data ? { given: readOptions({ ...config, data: 'program' }), data } : { given: readOptions(config) };
}

/** Data that are a value have splits; a section of options has none. */
function ownDataIn(config: TrainConfig | null): OwnData | undefined {
  const data = config?.data;
  const isValue = typeof data === 'object' && data !== null && ('train' in data || 'inputs' in data);
  return isValue || typeof data === 'function' ? (data as OwnData) : undefined;
}

function readOptions(config: TrainConfig): GivenCommandLine {
  const given: GivenCommandLine = {
    command: 'train',
    args: [],
    values: new Map(),
    sources: new Map(),
    positionals: [],
    refused: new Set(),
    problems: [],
  };
  const names: readonly OptionName[] = ['config', ...configKeys];
  const allowed = names.filter((name) => !(outputOptions as readonly OptionName[]).includes(name));
  addContents('train', given, readConfigObject(config, 'config:', { allowed, resolvePath: (path) => path }));
  return given;
}
