// A command line and its environment in, the settled values out, or one ConfigError with everything that is wrong.
import { ConfigError } from '../errors.js';
import { defaultOfData } from './data-sets.js';
import { findConflicts, type Settled } from './combinations.js';
import { commandNames, commands } from './commands.js';
import { nearest } from './nearest.js';
import type { CommandName } from './option.js';
import { readArguments, type Given } from './read-arguments.js';
import { readEnvironment, type Environment } from './read-environment.js';
import { findResumeConflicts } from './resume.js';
import type { RunConfig } from './run-config.js';
import { optionNames, optionOf, type OptionName, type Values } from './schema.js';
import { fromDefault, fromRun, rankOf, type Source } from './source.js';

export interface CommandLine extends Settled {
  readonly positionals: readonly string[];
}

export interface GivenCommandLine extends Given {
  readonly command: CommandName;
  /** The arguments as they were, after the command. */
  readonly args: readonly string[];
}

/** Throws what was collected: one problem as itself, several as one error with code USAGE. */
export function throwProblems(problems: readonly ConfigError[]): void {
  const [first, ...others] = problems;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  const list = problems.map((problem) => `\n  ${problem.code}: ${problem.message}`);
  throw new ConfigError('USAGE', `${problems.length} problems, nothing was started:${list.join('')}`);
}

/** Reads which command is meant. Throws ConfigError UNKNOWN_COMMAND. */
export function readCommandName(word: string | undefined): CommandName {
  const name = commandNames.find((command) => command === word);
  if (name) return name;
  const near = word === undefined ? undefined : nearest(word, commandNames, 3);
  const hint = near === undefined ? '' : ` Did you mean bridle ${near}?`;
  const message = `"${word ?? ''}" is not a command of bridle (${commandNames.join(', ')}).${hint} See bridle --help.`;
  throw new ConfigError('UNKNOWN_COMMAND', message);
}

/** Reads what was given, command first, without defaults. Throws only when the command is unknown. */
export function readCommandLine(argv: readonly string[], env: Environment): GivenCommandLine {
  const [word, ...args] = argv;
  const command = readCommandName(word);
  const given = readArguments(command, args, commands[command].maxArguments);
  readEnvironment(command, env, given);
  return { command, args, ...given };
}

/** Defaults that depend on other values; what is undefined here stays undefined. */
function dependentDefault(name: OptionName, values: Partial<Values>): unknown {
  if (name === 'epochs') return values.steps === undefined ? 1 : undefined;
  if (name === 'recurrentInitializer') return values.initializer === 'pytorch' ? 'pytorch' : 'orthogonal';
  if (name === 'outputInitializer') return values.initializer;
  if (name === 'weightDecay') return values.optimizer === 'adamw' ? 0.01 : 0;
  return values.data === undefined ? undefined : defaultOfData(name, values.data);
}

function settle(given: GivenCommandLine, run: RunConfig | undefined): Settled {
  const values: Partial<Record<OptionName, unknown>> = {};
  const sources: Partial<Record<OptionName, Source>> = {};
  for (const name of optionNames) {
    const isInherited = run?.values.has(name) === true && optionOf(name).commands.includes(given.command);
    const source = given.sources.get(name) ?? (isInherited ? fromRun : fromDefault);
    const settled = { default: optionOf(name).default, run: run?.values.get(name) };
    sources[name] = source;
    values[name] = given.values.get(name) ?? (source.kind === 'run' ? settled.run : settled.default);
  }
  const { command, refused } = given;
  const whole = { command, values: values as Values, sources: sources as Settled['sources'], refused };
  dropWeakerEnd(whole, values);
  for (const name of optionNames) values[name] ??= dependentDefault(name, whole.values);
  return whole;
}

/** --steps and --epochs exclude each other: the one from the stronger source stays. */
function dropWeakerEnd({ sources }: Settled, values: Partial<Record<OptionName, unknown>>): void {
  const difference = rankOf(sources.steps) - rankOf(sources.epochs);
  if (difference > 0) values.epochs = undefined;
  if (difference < 0) values.steps = undefined;
}

/** Fills in the resumed run's values and the defaults, and refuses what does not go together, all at once. */
export function settleCommandLine(given: GivenCommandLine, run?: RunConfig): CommandLine {
  const settled = settle(given, run);
  const changed = run ? findResumeConflicts(given, run, settled) : [];
  throwProblems([...given.problems, ...changed, ...findConflicts(settled)]);
  return { ...settled, positionals: given.positionals };
}

/** Parses a command line, command first: `['train', '--seed', '7']`. Throws ConfigError with everything that is wrong. */
export function parseCommandLine(argv: readonly string[], env: Environment): CommandLine {
  return settleCommandLine(readCommandLine(argv, env));
}
