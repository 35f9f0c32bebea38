import { expect, it } from 'vitest';
import { flagOf, nameOf, variableOf } from '../../../src/config/option.js';
import { optionNames, optionOf } from '../../../src/config/schema.js';

it('has defaults that their own types accept', () => {
  for (const name of optionNames) {
    const option = optionOf(name);
    if (option.default !== undefined) expect(option.type.schema.parse(option.default), name).toEqual(option.default);
  }
});

it('gives every spelling to one option only', () => {
  const spellings = optionNames.flatMap((name) => [name, ...(optionOf(name).aliases ?? [])]);
  expect(new Set(spellings).size).toBe(spellings.length);
});

it('spells names as flags and variables, and reads every spelling back', () => {
  expect(flagOf('hiddenSize')).toBe('--hidden-size');
  expect(variableOf('hiddenSize')).toBe('BRIDLE_HIDDEN_SIZE');
  for (const name of optionNames) {
    expect(nameOf(flagOf(name))).toBe(name);
    expect(nameOf(flagOf(name).replaceAll('-', '_').replace('__', '--'))).toBe(name);
  }
});

it('lets nothing that only says how a command runs fix the bits', () => {
  for (const name of optionNames) expect(optionOf(name).fixesBits && optionOf(name).transient, name).toBeFalsy();
});
