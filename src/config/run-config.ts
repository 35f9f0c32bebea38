// config.yaml of a run: every resolved value, and where it came from. A resume reads it back.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Document, isMap, isSeq, type Scalar } from 'yaml';
import { ConfigError } from '../errors.js';
import type { Settled } from './combinations.js';
import { readConfig } from './read-config.js';
import { optionNames, optionOf, optionsOf, type OptionName } from './schema.js';
import { describeSource } from './source.js';

const formatVersion = 1;

/** The values of an earlier run, as its config.yaml has them. */
export interface RunConfig {
  readonly path: string;
  readonly values: ReadonlyMap<OptionName, unknown>;
}

/** Writes config.yaml: one line a value, with its source as a comment. */
export function formatRunConfig({ command, values, sources }: Settled): string {
  const names = optionsOf(command).filter((name) => !optionOf(name).transient && values[name] !== undefined);
  const document = new Document({
    formatVersion,
    resolved: Object.fromEntries(names.map((name) => [name, values[name]])),
  });
  document.commentBefore = ' The resolved configuration of this run; bridle --resume reads it back.';
  const resolved = document.get('resolved');
  if (isMap(resolved)) {
    for (const name of names) {
      const node = resolved.get(name, true) as Scalar;
      if (isSeq(node) || isMap(node)) node.flow = true; // so that its comment stays on its line
      node.comment = ` ${describeSource(sources[name])}`;
    }
  }
  return document.toString({ lineWidth: 0 });
}

/** Reads a run folder's config.yaml. Throws ConfigError RUN_CONFIG with file, line and what was wanted. */
export async function loadRunConfig(runDir: string): Promise<RunConfig> {
  const path = join(runDir, 'config.yaml');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const message = `${path} cannot be read (${(cause as NodeJS.ErrnoException).code ?? String(cause)}). --resume needs a run folder with its config.yaml.`;
    throw new ConfigError('RUN_CONFIG', message, { cause });
  }
  return parseRunConfig(text, path);
}

/** Reads the text of a config.yaml. */
export function parseRunConfig(text: string, path: string): RunConfig {
  const { values, problems } = readConfig(text, path, { allowed: optionNames, resolvePath: (file) => file });
  const [first, ...others] = problems.map(({ message }) => message);
  if (first !== undefined) throw new ConfigError('RUN_CONFIG', [first, ...others].join('\n  '));
  return { path, values: new Map([...values].map(([name, { value }]) => [name, value])) };
}
