// The environment's twins of the flags: BRIDLE_HIDDEN_SIZE for --hidden-size. A flag wins over its twin.
import { delimiter } from 'node:path';
import { ConfigError } from '../errors.js';
import { nearest } from './nearest.js';
import { variableOf, type CommandName } from './option.js';
import type { Given } from './read-arguments.js';
import { readValue } from './read-value.js';
import { optionNames, optionOf, optionsOf } from './schema.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that are no flag's twin: the token, and what set-up reads. */
export const otherVariables = ['BRIDLE_TOKEN', 'BRIDLE_NATIVE', 'BRIDLE_REQUIRE_NATIVE', 'BRIDLE_KERNELS'];

/** Adds what the environment says to what the flags left open. */
export function readEnvironment(command: CommandName, env: Environment, given: Given): void {
  for (const name of optionsOf(command)) {
    const variable = variableOf(name);
    const text = env[variable];
    if (text === undefined || text === '' || given.values.has(name) || given.refused.has(name)) continue;
    const option = optionOf(name);
    const input = option.type.arity === 'list' ? text.split(option.type.separator ?? delimiter) : text;
    const reading = readValue(option, variable, input);
    if ('problem' in reading) {
      given.refused.add(name);
      given.problems.push(reading.problem);
      continue;
    }
    given.values.set(name, reading.value);
    given.sources.set(name, { kind: 'environment', variable });
  }
  given.problems.push(...misspelledVariables(env));
}

/** Finds BRIDLE_ variables that are one slip away from a known one; others may belong to other programs. */
function misspelledVariables(env: Environment): ConfigError[] {
  const known = [...optionNames.map(variableOf), ...otherVariables];
  const maxSlips = (variable: string) => (variable.length < 'BRIDLE_'.length + 6 ? 1 : 2);
  return Object.keys(env)
    .filter((variable) => variable.startsWith('BRIDLE_') && !known.includes(variable))
    .flatMap((variable) => {
      const near = nearest(variable, known, maxSlips(variable));
      if (near === undefined) return [];
      return [new ConfigError('UNKNOWN_VARIABLE', `${variable} is not a variable of bridle. Did you mean ${near}?`)];
    });
}
