// The text of a config file in; values with their places, and every problem with file:line:column, out.
import { isMap, isScalar, LineCounter, parseDocument, type Document, type Node, type YAMLMap } from 'yaml';
import { ConfigError } from '../errors.js';
import { nearest } from './nearest.js';
import { nameOf } from './option.js';
import { readValue } from './read-value.js';
import { optionNames, optionOf, type OptionName } from './schema.js';
import { keyInSection, sectionOf, type Section } from './sections.js';
import type { ValueType } from './value-types.js';

export interface ConfigValue {
  readonly value: unknown;
  /** The key as it stands in the file: `clip.maxNorm`. */
  readonly key: string;
  /** `run.yaml:3:1`. */
  readonly place: string;
}

export interface ConfigContents {
  readonly values: Map<OptionName, ConfigValue>;
  readonly problems: ConfigError[];
}

export interface ReadConfigOptions {
  /** Options that may stand in the file. */
  readonly allowed: readonly OptionName[];
  /** Turns a path of the file into one of the process. */
  readonly resolvePath: (path: string) => string;
}

/** A key with its value, before anybody knows what it means. */
interface Pair {
  readonly key: string;
  readonly section?: Section;
  readonly input: unknown;
  readonly place: string;
}

const formatVersion = 1;

/** Reads a config file, or the config.yaml that a run has written. Collects every problem instead of throwing. */
export function readConfig(text: string, path: string, options: ReadConfigOptions): ConfigContents {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const contents: ConfigContents = { values: new Map(), problems: [] };
  const placeOf = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const refuse = (code: string, place: string, problem: string): void => {
    contents.problems.push(new ConfigError(code, `${place} ${problem}`));
  };

  for (const { code, message, pos } of document.errors) {
    const words = code === 'DUPLICATE_KEY' ? 'has a key twice.' : `is not YAML: ${firstLine(message)}`;
    refuse('CONFIG_FILE', placeOf(pos[0]), words);
  }
  if (document.errors.some(({ code }) => code !== 'DUPLICATE_KEY')) return contents;

  const root = rootOf(document, (problem) => refuse('CONFIG_FILE', placeOf(0), problem));
  for (const pair of root ? pairsOf(root, document, placeOf) : []) readPair(pair, options, contents);
  return contents;
}

/** Reads the same from a plain object of a program; `place` stands for it in messages. */
export function readConfigObject(object: unknown, place: string, options: ReadConfigOptions): ConfigContents {
  const contents: ConfigContents = { values: new Map(), problems: [] };
  if (!isMapping(object)) {
    const message = `${place} must be an object of options, got ${JSON.stringify(object)}. For the defaults: {}.`;
    contents.problems.push(new ConfigError('FLAG_VALUE', message));
    return contents;
  }
  for (const pair of pairsOfObject(object, place)) readPair(pair, options, contents);
  return contents;
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pairsOfObject(object: object, place: string, section?: Section): Pair[] {
  return Object.entries(object).flatMap(([key, input]: [string, unknown]) => {
    if (input === undefined) return []; // an option that the program leaves open
    const opened = section === undefined ? sectionOf(key) : undefined;
    if (opened && isMapping(input)) return pairsOfObject(input, place, opened);
    return [{ key, input, place, ...(section === undefined ? {} : { section }) }];
  });
}

/** The map of options: the whole file, or `resolved` of a config.yaml that a run has written. */
function rootOf(document: Document, refuse: (problem: string) => void): YAMLMap | undefined {
  const { contents } = document;
  if (contents === null) return undefined;
  if (!isMap(contents)) {
    refuse('must be a map of options, for example "hiddenSize: 128".');
    return undefined;
  }
  if (!contents.has('formatVersion') && !contents.has('resolved')) return contents;
  const version = document.get('formatVersion');
  if (version !== formatVersion) {
    refuse(`formatVersion must be ${formatVersion}, got ${JSON.stringify(version)}. Use the release that wrote it.`);
    return undefined;
  }
  const resolved = document.get('resolved');
  if (isMap(resolved)) return resolved;
  refuse('"resolved" must be a map of values.');
  return undefined;
}

function pairsOf(map: YAMLMap, document: Document, placeOf: (offset: number) => string, section?: Section): Pair[] {
  return map.items.flatMap((item) => {
    const keyNode = item.key as Node | null;
    const key = isScalar(keyNode) ? String(keyNode.value) : String(keyNode);
    const node = item.value as Node | null;
    const opened = section === undefined && isMap(node) ? sectionOf(key) : undefined;
    if (opened && isMap(node)) return pairsOf(node, document, placeOf, opened);
    const place = placeOf(keyNode?.range?.[0] ?? 0);
    return [{ key, input: plainValue(node, document), place, ...(section === undefined ? {} : { section }) }];
  });
}

function readPair(pair: Pair, options: ReadConfigOptions, contents: ConfigContents): void {
  const { key, section, input, place } = pair;
  const { values, problems } = contents;
  const spelled = section === undefined ? key : `${section}.${key}`;
  if (spelled === '$schema') return; // where an editor finds the schema
  const name = findKey(pair, options.allowed);
  if (name === undefined) {
    problems.push(new ConfigError('CONFIG_KEY', `${place} ${explainKey(pair, spelled, options.allowed)}`));
    return;
  }
  const earlier = values.get(name);
  if (earlier) {
    const message = `${place} ${spelled} says again what ${earlier.key} says at ${earlier.place}. Leave one out.`;
    problems.push(new ConfigError('CONFIG_KEY', message));
    return;
  }
  const { type } = optionOf(name);
  if (input === null) {
    problems.push(new ConfigError('FLAG_VALUE_MISSING', `${place} ${spelled} needs a value: ${type.wanted}.`));
    return;
  }
  const listed = type.arity === 'list' && !Array.isArray(input) ? [input] : input;
  const reading = readValue(optionOf(name), `${place} ${spelled}`, resolveAll(listed, type, options));
  if ('problem' in reading) problems.push(reading.problem);
  else values.set(name, { value: reading.value, key: spelled, place });
}

function keysOf(allowed: readonly OptionName[], section: Section | undefined): Map<string, OptionName> {
  if (section === undefined) return new Map(allowed.map((name) => [name, name]));
  const keys = allowed.map((name) => [keyInSection(section, name), name] as const);
  return new Map(keys.filter((entry): entry is readonly [string, OptionName] => entry[0] !== undefined));
}

function findKey({ key, section }: Pair, allowed: readonly OptionName[]): OptionName | undefined {
  return keysOf(allowed, section).get(key);
}

/** Says what is wrong with a key that is none: a secret, another command's, another spelling, a slip. */
function explainKey({ key, section }: Pair, spelled: string, allowed: readonly OptionName[]): string {
  if (/^(auth)?token$|^password$/i.test(key)) {
    return `"${spelled}" would put a secret into a file that is shared. Put it into a file of its own: tokenFile.`;
  }
  const keys = keysOf(allowed, section);
  const meant = optionNames.find((option) => option === nameOf(key) || optionOf(option).aliases?.includes(nameOf(key)));
  if (meant !== undefined && section === undefined && !allowed.includes(meant)) {
    return `"${spelled}" has no place here: it belongs to the command line, or to another command.`;
  }
  const near = meant !== undefined && keys.has(meant) ? meant : nearest(key, [...keys.keys()], slipsOf(key));
  const hint = near === undefined ? '' : ` Did you mean ${section === undefined ? near : `${section}.${near}`}?`;
  return `"${spelled}" is not an option of bridle.${hint}`;
}

function slipsOf(key: string): number {
  return Math.max(2, Math.floor(key.length * 0.4));
}

function plainValue(node: Node | null, document: Document): unknown {
  if (node === null) return null;
  try {
    return node.toJS(document) as unknown;
  } catch (error) {
    return String(error); // aliases without end: no option takes such a text
  }
}

function resolveAll(input: unknown, type: ValueType<unknown>, { resolvePath }: ReadConfigOptions): unknown {
  const settle = (item: unknown): unknown =>
    typeof item === 'string' && item !== '' && type.isPath?.(item) === true ? resolvePath(item) : item;
  return Array.isArray(input) ? input.map(settle) : settle(input);
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '.');
}
