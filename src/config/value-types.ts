// The kinds of values that options take: each accepts the text of a flag or the plain value of a config.yaml.
import { resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../errors.js';
import { defaultPort } from '../transport/address.js';

/** `wanted` completes the sentence "--flag must be ..."; `placeholder` stands for the value in help texts. */
export interface ValueType<T> {
  readonly schema: z.ZodType<T>;
  readonly wanted: string;
  readonly placeholder: string;
  /** `switch`: the flag alone means true. `list`: takes several values. `optional`: the value may be left out. */
  readonly arity: 'one' | 'switch' | 'list' | 'optional';
  /** Says which values are paths of files that are read: in a config file they start at its folder. */
  readonly isPath?: (text: string) => boolean;
  /** What parts the values of a list in the environment; undefined: what parts paths there. */
  readonly separator?: string;
}

/** Where a coordinator listens. */
export type ListenAddress = { readonly host: string; readonly port: number } | { readonly unixPath: string };

// Number('') is 0 and Number('0x10') is 16: neither is what somebody meant by a number here.
const numeral = z.union([
  z.number(),
  z
    .string()
    .regex(/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i)
    .transform(Number),
]);

function one<T>(schema: z.ZodType<T>, wanted: string, placeholder: string): ValueType<T> {
  return { schema, wanted, placeholder, arity: 'one' };
}

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): ValueType<number> {
  return one(numeral.pipe(z.int().min(min).max(max)), `a whole number from ${min} to ${max}`, 'N');
}

/** A finite number above 0. */
export const positiveNumber = one(numeral.pipe(z.number().positive()), 'a number above 0', 'X');

/** A finite number, 0 or above. */
export const nonNegativeNumber = one(numeral.pipe(z.number().min(0)), 'a number of 0 or above', 'X');

/** A finite number. */
export const anyNumber = one(numeral.pipe(z.number()), 'a finite number', 'X');

/** A share: from 0, below 1. */
export const fraction = one(numeral.pipe(z.number().min(0).lt(1)), 'a number from 0 to below 1', 'X');

/** A share: from 0 to 1. */
export const share = one(numeral.pipe(z.number().min(0).max(1)), 'a number from 0 to 1', 'X');

/** One of a few words. */
export function choice<const Word extends string>(...words: readonly Word[]): ValueType<Word> {
  return one(z.enum(words), `one of ${words.join(', ')}`, words.join('|'));
}

/** `auto`, or a whole number of processes. */
export const processCount: ValueType<number | 'auto'> = one(
  z.union([z.literal('auto'), numeral.pipe(z.int().min(1).max(1024))]),
  'auto or a whole number from 1 to 1024',
  'N|auto',
);

/** A text that is not empty and has no control characters. */
export function text(placeholder: string, wanted = 'a text that is not empty'): ValueType<string> {
  return one(z.string().regex(/^[^\p{Cc}]+$/u), wanted, placeholder);
}

/** A text that is not empty; it may hold anything. */
export function anyText(placeholder: string): ValueType<string> {
  return one(z.string().min(1), 'a text that is not empty', placeholder);
}

/** Texts that are not empty, in the given order. */
export function texts(placeholder: string, wanted: string): ValueType<readonly string[]> {
  const schema = z.array(z.string().regex(/^[^\p{Cc}]+$/u)).min(1);
  return { schema, wanted, placeholder, arity: 'list' };
}

/** What gradients a load test sends: a kind, or the norms of an earlier run. */
export const gradientKind = one(
  z.string().regex(/^(normal|heavy-tailed|exploding|recorded:[^\p{Cc}]+)$/u),
  'normal, heavy-tailed, exploding or recorded:FILE',
  'normal|heavy-tailed|exploding|recorded:FILE',
);

/** A name that can be part of a folder's name. */
export const folderName = one(
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/),
  'a name of letters, digits, dots, dashes and underscores',
  'NAME',
);

const inputPath = z
  .string()
  .min(1)
  // A resumed run may start in another folder: input files are kept as absolute paths.
  .transform((path) => resolve(path));

/** A file that is read. */
export const inputFile: ValueType<string> = { ...one(inputPath, 'the path of a file', 'FILE'), isPath: () => true };

/** Files that are read, in the given order. */
export const inputFiles: ValueType<readonly string[]> = {
  schema: z.array(inputPath).min(1),
  wanted: 'the path of one file or more',
  placeholder: 'FILE...',
  arity: 'list',
  isPath: () => true,
};

/** A flag without a value; the environment and `--flag=false` may say no. */
export const onOff: ValueType<boolean> = {
  schema: z.union([
    z.boolean(),
    z.enum(['true', '1', 'yes', 'false', '0', 'no']).transform((word) => ['true', '1', 'yes'].includes(word)),
  ]),
  wanted: 'true or false',
  placeholder: '',
  arity: 'switch',
};

/** The run to go on with; the flag alone means the latest one. */
export const resumeTarget: ValueType<string> = {
  schema: z.string().transform((path) => path || 'latest'),
  wanted: 'a run folder, or nothing for the latest run',
  placeholder: '[DIR]',
  arity: 'optional',
};

function parseListenAddress(address: string): ListenAddress | undefined {
  if (address.startsWith('unix:')) return address.length > 5 ? { unixPath: address.slice(5) } : undefined;
  const parts = /^(\[[0-9a-f:]+\]|[^:[\]\s/]+):(\d{1,5})$/i.exec(address);
  const port = Number(parts?.[2]);
  if (!parts?.[1] || port > 65535) return undefined;
  return { host: parts[1].replace(/^\[|\]$/g, ''), port };
}

/** `HOST:PORT` or `unix:PATH`. Kept as text, so that config.yaml and messages show what was written. */
export const listenAddress = one(
  z.string().refine((address) => parseListenAddress(address) !== undefined),
  'HOST:PORT or unix:PATH, for example 127.0.0.1:29600 or 0.0.0.0:29600',
  'HOST:PORT',
);

/** Reads a `HOST:PORT` or `unix:PATH`. Throws ConfigError LISTEN_ADDRESS. */
export function readListenAddress(address: string): ListenAddress {
  const parsed = parseListenAddress(address);
  if (parsed) return parsed;
  throw new ConfigError('LISTEN_ADDRESS', `--listen must be ${listenAddress.wanted}, got "${address}".`);
}

const joinSchemes = ['ws:', 'wss:', 'unix:'];

/** HOST:PORT as torchrun takes it; a bare `unix:` is a path. */
const hostAndPort = /^(?!unix:)(\[[0-9a-fA-F:]+\]|[\w.-]+):\d+$/;

/** Where a coordinator is reached, as it says to others. */
export const advertisedAddress = one(
  z.string().regex(hostAndPort),
  'HOST:PORT, for example trainer.example.org:29600',
  'HOST:PORT',
);

/** SHA-256 of a certificate: 64 hexadecimal digits, with or without colons. Kept as 32 pairs with colons, upper case, as openssl writes it. */
export const certificateFingerprint = one(
  z
    .string()
    .transform((given) => given.replaceAll(':', '').toUpperCase())
    .pipe(z.string().regex(/^[0-9A-F]{64}$/))
    .transform((digits) => digits.replace(/..(?!$)/g, '$&:')),
  'a SHA-256 fingerprint: 64 hexadecimal digits, with or without colons',
  'SHA256',
);

const bareHost = /^(?!unix(?::|$))(\[[0-9a-fA-F:]+\]|[\w.-]+)(:\d+)?$/;
const withoutPort = /^(wss?:\/\/)(\[[0-9a-fA-F:]+\]|[\w.-]+)(?=\/|$)/;

/** A coordinator's address, without user, password or query: secrets never travel in an address. A port that is left out is put in. */
export const joinUrl = one(
  z
    .string()
    .transform((address) => (bareHost.test(address) ? `ws://${address}` : address))
    .transform((address) => address.replace(withoutPort, `$&:${defaultPort}`))
    .refine((address) => URL.canParse(address) && joinSchemes.includes(new URL(address).protocol)),
  `an address such as ws://127.0.0.1:${defaultPort}, 127.0.0.1, wss://host or unix:/path (the port is ${defaultPort} unless it says another)`,
  'URL',
);
