// Rules of --clip as text: `global-norm:1.0`, `value:0.5`, `percentile:10:1000`. Kept as text in config.yaml, read into rules here.
import { z } from 'zod';
import type { ClipChain, ClipRule } from '../optim/clip.js';
import type { ValueType } from './value-types.js';

type Reader = (numbers: readonly number[], isLargest: boolean, maxNorm: number) => ClipRule | undefined;

const isPositive = (value: number): boolean => value > 0;

/** Each takes what stands behind the name; undefined: it is not what the rule wants. */
const readers: Readonly<Record<ClipRule['name'], Reader>> = {
  'global-norm': ([limit, ...rest], isLargest, maxNorm) => fixedLimit('global-norm', limit ?? maxNorm, rest, isLargest),
  'tensor-norm': ([limit, ...rest], isLargest, maxNorm) => fixedLimit('tensor-norm', limit ?? maxNorm, rest, isLargest),
  value: ([limit = NaN, ...rest], isLargest, maxNorm) => {
    const value = Number.isNaN(limit) ? maxNorm : limit;
    return isLargest || rest.length > 0 || !isPositive(value) ? undefined : { name: 'value', maxNorm: value };
  },
  agc: ([factor = 0.01, ...rest], isLargest) =>
    isLargest || rest.length > 0 || !isPositive(factor) ? undefined : { name: 'agc', factor },
  percentile: ([percentile = 10, window = 1000, ...rest], isLargest) => {
    const isWindow = Number.isInteger(window) && window >= 1 && window <= maxWindow;
    if (isLargest || rest.length > 0 || !isWindow || percentile < 0 || percentile > 100) return undefined;
    return { name: 'percentile', percentile, window };
  },
  zscore: ([zThreshold = 2.5, ...rest], isLargest) =>
    isLargest || rest.length > 0 || !isPositive(zThreshold) ? undefined : { name: 'zscore', zThreshold },
};

/** A checkpoint's state record holds so many values with ease. */
const maxWindow = 4096;

function fixedLimit(
  name: 'global-norm' | 'tensor-norm',
  maxNorm: number,
  rest: readonly number[],
  isLargest: boolean,
): ClipRule | undefined {
  return rest.length > 0 || !isPositive(maxNorm) ? undefined : { name, maxNorm, order: isLargest ? 'inf' : 2 };
}

/** Reads one rule; `maxNorm` is the limit of those that name none. Undefined when the text is no rule. */
function readRule(text: string, maxNorm: number): ClipRule | undefined {
  const [name = '', ...parts] = text.split(':');
  const reader = Object.entries(readers).find(([known]) => known === name)?.[1];
  const isLargest = parts.at(-1) === 'inf';
  const numbers = isLargest ? parts.slice(0, -1) : parts;
  const isNumeric = numbers.every((part) => /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(part));
  const values = numbers.map(Number);
  if (!reader || !isNumeric || !values.every(Number.isFinite)) return undefined;
  return reader(values, isLargest, maxNorm);
}

const ruleText = z.string().refine((text) => text === 'none' || readRule(text, 1) !== undefined);

/** A chain of rules; `none` alone is the empty chain. A single text is a chain of its own, commas part rules. */
export const clipRules: ValueType<readonly string[]> = {
  schema: z
    .union([z.string(), z.array(z.string())])
    .transform((input) => [input].flat().flatMap((text) => text.split(',').map((rule) => rule.trim())))
    .pipe(
      z
        .array(ruleText)
        .min(1)
        .refine((rules) => rules.length === 1 || !rules.includes('none')),
    ),
  wanted:
    'none, or rules such as global-norm:1.0 (or global-norm:1.0:inf), value:0.5, tensor-norm:1.0, agc:0.01, percentile:10:1000, zscore:2.5',
  placeholder: 'RULE[:LIMIT]...',
  arity: 'list',
  separator: ',',
};

/** Tells whether a rule takes its limit from --max-norm. */
export function takesMaxNorm(rule: string): boolean {
  return /^(global-norm|tensor-norm|value)(:inf)?$/.test(rule);
}

/** Makes the chain of rules that were accepted before. */
export function resolveClip(rules: readonly string[], maxNorm: number): ClipChain {
  return rules.flatMap((rule) => readRule(rule, maxNorm) ?? []);
}
