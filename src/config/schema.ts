// The one table of options: flags, environment, config.yaml, help texts, docs/cli.md and the checks are derived from it.
import { benchOptions } from './bench-options.js';
import { configOptions } from './config-options.js';
import { dataOptions } from './data-options.js';
import { labOptions } from './lab-options.js';
import { modelOptions } from './model-options.js';
import { optimizerOptions } from './optimizer-options.js';
import type { CommandName, Option } from './option.js';
import { folderOptions, outputOptions } from './output-options.js';
import { networkOptions, workerOptions } from './process-options.js';
import { stepOptions } from './step-options.js';
import { useOptions } from './use-options.js';

export const options = {
  ...configOptions,
  ...useOptions,
  ...dataOptions,
  ...modelOptions,
  ...stepOptions,
  ...optimizerOptions,
  ...workerOptions,
  ...benchOptions,
  ...labOptions,
  ...networkOptions,
  ...folderOptions,
  ...outputOptions,
};

export type OptionName = keyof typeof options;

type ValueOf<O> = O extends { readonly type: { readonly schema: { readonly _output: infer T } } } ? T : never;

/** The value of every option; undefined where there is neither a value nor a default. */
export type Values = {
  readonly [Name in OptionName]: (typeof options)[Name] extends { readonly default: unknown }
    ? ValueOf<(typeof options)[Name]>
    : ValueOf<(typeof options)[Name]> | undefined;
};

export const optionNames = Object.keys(options) as readonly OptionName[];

/** Looks at one row of the table with the common type. */
export function optionOf(name: OptionName): Option {
  return options[name];
}

/** Lists the options of a command, in the order of the table. */
export function optionsOf(command: CommandName): readonly OptionName[] {
  return optionNames.filter((name) => optionOf(name).commands.includes(command));
}
