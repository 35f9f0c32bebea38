// One value, read by its option's type: the value, or the problem in words.
import { ConfigError } from '../errors.js';
import type { Option } from './option.js';

export type Reading = { readonly value: unknown } | { readonly problem: ConfigError };

// A malformed address may still hold a password or a token.
function show(input: unknown): string {
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  return text.includes('//') ? text.replace(/\/\/[^/]*@/, '//...@').replace(/[?#].*/, '?...') : text;
}

/** Reads `input` (text or plain value); `spelled` is the flag, variable or key that a message names. */
export function readValue(option: Option, spelled: string, input: unknown): Reading {
  const result = option.type.schema.safeParse(input);
  if (result.success) return { value: result.data };
  return {
    problem: new ConfigError('FLAG_VALUE', `${spelled} must be ${option.type.wanted}, got "${show(input)}".`),
  };
}
