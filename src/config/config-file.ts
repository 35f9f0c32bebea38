// `--config FILE`: what it says fills in what flags and environment left open.
import { readFile, stat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { ConfigError } from '../errors.js';
import type { CommandName } from './option.js';
import type { Given } from './read-arguments.js';
import { readConfig, type ConfigContents } from './read-config.js';
import { optionsOf, type OptionName } from './schema.js';

/** No config file is so large; a data set given by mistake is. */
const maxBytes = 1024 * 1024;

/** Options that may stand in a config file: one file serves `bridle train` and `bridle coordinator`. */
export const configKeys: readonly OptionName[] = [
  ...new Set([...optionsOf('train'), ...optionsOf('coordinator')]),
].filter((name) => name !== 'config');

/** Reads the file that `--config` or BRIDLE_CONFIG names, if any, into what was given; its problems join the others. */
export async function addConfigFile(command: CommandName, given: Given): Promise<void> {
  const path = given.values.get('config') as string | undefined;
  if (path === undefined) return;
  const text = await readText(path);
  if (text instanceof ConfigError) given.problems.push(text);
  else addConfigText(command, given, text, path);
}

/** The same for a text that is read already; paths in it start at the folder of `path`, an absolute one. */
export function addConfigText(command: CommandName, given: Given, text: string, path: string): void {
  const resolvePath = (file: string): string => resolve(dirname(path), file);
  addContents(command, given, readConfig(text, shorten(path), { allowed: configKeys, resolvePath }));
}

/** Adds what a config says to what stronger sources left open. */
export function addContents(command: CommandName, given: Given, { values, problems }: ConfigContents): void {
  given.problems.push(...problems);
  const own = optionsOf(command);
  for (const [name, { value, key, place }] of values) {
    if (!own.includes(name) || given.values.has(name) || given.refused.has(name)) continue;
    given.values.set(name, value);
    given.sources.set(name, { kind: 'file', key, place });
  }
}

/** Places are shown as people write them: from the folder that they are in. */
function shorten(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}

async function readText(path: string): Promise<string | ConfigError> {
  try {
    const { size } = await stat(path);
    if (size <= maxBytes) return await readFile(path, 'utf8');
    return new ConfigError('CONFIG_FILE', `--config ${path} has ${size} bytes; a config file has ${maxBytes} at most.`);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const message = `--config ${path} cannot be read (${reason}). bridle config init FILE writes one.`;
    return new ConfigError('CONFIG_FILE', message, { cause });
  }
}
