// Arguments in, values and problems out: every problem is collected, none stops the reading.
import { parseArgs } from 'node:util';
import { ConfigError } from '../errors.js';
import { answerForeignFlag } from './foreign-flags.js';
import { nearest } from './nearest.js';
import { flagOf, nameOf, type CommandName } from './option.js';
import { readValue } from './read-value.js';
import { optionNames, optionOf, optionsOf, type OptionName } from './schema.js';
import type { Source } from './source.js';

/** What was given: values without defaults, where each came from, and what is wrong with it. */
export interface Given {
  readonly values: Map<OptionName, unknown>;
  readonly sources: Map<OptionName, Source>;
  readonly positionals: string[];
  /** Options whose value could not be read: nothing more is said about them. */
  readonly refused: Set<OptionName>;
  readonly problems: ConfigError[];
}

/** Finds the option that a flag means, by its name or an alias. */
export function findOption(flag: string): OptionName | undefined {
  const name = nameOf(flag);
  return optionNames.find((option) => option === name || optionOf(option).aliases?.includes(name));
}

function isFlag(argument: string | undefined): boolean {
  return argument !== undefined && /^-[^\d.]/.test(argument);
}

/** Marks flags that lack their value (`--seed --json`) as `--seed=`, so that parseArgs does not feed them the next flag. */
function markMissingValues(args: readonly string[]): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  return args.map((argument, index) => {
    if (index >= end || !argument.startsWith('--') || argument.includes('=')) return argument;
    const name = findOption(argument);
    if (name === undefined || optionOf(name).type.arity === 'switch') return argument;
    const next = index + 1 < end ? args[index + 1] : undefined;
    return next === undefined || isFlag(next) ? `${argument}=` : argument;
  });
}

function declareFlags(args: readonly string[]): Record<string, { type: 'string'; multiple: true }> {
  const spelled = args.filter((argument) => argument.startsWith('--')).map((argument) => argument.split('=')[0] ?? '');
  const takesValue = spelled.filter((flag) => {
    const name = findOption(flag);
    return name !== undefined && optionOf(name).type.arity !== 'switch';
  });
  return Object.fromEntries(takesValue.map((flag) => [flag.slice(2), { type: 'string', multiple: true }]));
}

function unknownFlag(command: CommandName, flag: string): ConfigError {
  const name = findOption(flag);
  if (name !== undefined) {
    const commands = optionOf(name).commands.map((other) => `bridle ${other}`);
    return new ConfigError(
      'UNKNOWN_FLAG',
      `${flag} is not a flag of bridle ${command}, but of ${commands.join(', ')}. See bridle ${command} --help.`,
    );
  }
  const foreign = answerForeignFlag(nameOf(flag), flag);
  if (foreign) return foreign;
  const own = optionsOf(command);
  const spellings = own.flatMap((option) => [option, ...(optionOf(option).aliases ?? [])].map(flagOf));
  const near = nearest(flag, spellings, Math.max(2, Math.floor(flag.length * 0.4)));
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  return new ConfigError(
    'UNKNOWN_FLAG',
    `${flag} is not a flag of bridle ${command}.${hint} See bridle ${command} --help.`,
  );
}

function tokensOf(args: readonly string[]) {
  const marked = markMissingValues(args);
  const options = declareFlags(marked);
  return parseArgs({ args: marked, options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

/** Reads the arguments after a command's name. */
export function readArguments(command: CommandName, args: readonly string[], maxPositionals: number): Given {
  const given: Given = { values: new Map(), sources: new Map(), positionals: [], refused: new Set(), problems: [] };
  const own = optionsOf(command);
  const inputs = new Map<OptionName, { flag: string; texts: (string | undefined)[] }>();
  // Where a bare argument belongs: to the list flag before it, or to an unknown flag, whose problem is reported already.
  let collect: ((text: string) => void) | undefined;

  for (const token of tokensOf(args)) {
    if (token.kind === 'option-terminator') {
      collect = undefined;
    } else if (token.kind === 'positional') {
      if (collect) collect(token.value);
      else given.positionals.push(token.value);
    } else {
      collect = undefined;
      const flag = token.rawName;
      const name = flag.startsWith('--') ? findOption(flag) : undefined;
      if (name === undefined || !own.includes(name)) {
        given.problems.push(unknownFlag(command, flag));
        if (token.value === undefined) collect = () => (collect = undefined);
        continue;
      }
      const { arity } = optionOf(name).type;
      const earlier = inputs.get(name);
      // The last one counts, so that scripts can append "$@"; two names of one option are a mistake more likely than a wish.
      if (earlier && earlier.flag !== flag) {
        const message = `${earlier.flag} and ${flag} are one option, and both are given. Leave one out.`;
        given.problems.push(new ConfigError('FLAG_REPEATED', message));
        continue;
      }
      const before = arity === 'list' ? (earlier?.texts ?? []) : [];
      const input = { flag, texts: [...before, token.value] };
      inputs.set(name, input);
      if (arity === 'list') collect = (text) => input.texts.push(text);
    }
  }
  for (const [name, { flag, texts }] of inputs) readFlag(given, name, flag, texts);
  for (const extra of given.positionals.slice(maxPositionals)) {
    const message = `"${extra}" is one argument too many for bridle ${command}. Flags start with --; see bridle ${command} --help.`;
    given.problems.push(new ConfigError('UNEXPECTED_ARGUMENT', message));
  }
  return given;
}

function readFlag(given: Given, name: OptionName, flag: string, texts: readonly (string | undefined)[]): void {
  const option = optionOf(name);
  const { arity, wanted } = option.type;
  if ((arity === 'one' || arity === 'list') && texts.includes('')) {
    given.refused.add(name);
    given.problems.push(new ConfigError('FLAG_VALUE_MISSING', `${flag} needs a value: ${wanted}.`));
    return;
  }
  const single = arity === 'switch' ? (texts[0] ?? true) : texts[0];
  const reading = readValue(option, flag, arity === 'list' ? texts : single);
  if ('problem' in reading) {
    given.refused.add(name);
    given.problems.push(reading.problem);
    return;
  }
  given.values.set(name, reading.value);
  given.sources.set(name, { kind: 'flag', flag });
}
