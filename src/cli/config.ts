// bridle config: writes, checks and shows config files. Starts nothing.
import { writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { formatConfigTemplate } from '../config/config-template.js';
import { readCommandLine, type CommandLine } from '../config/parse-command-line.js';
import { formatRunConfig } from '../config/run-config.js';
import { optionsOf } from '../config/schema.js';
import { ConfigError, exitCodes } from '../errors.js';
import type { CommandBody, Surroundings } from './command.js';
import { formatJsonLine } from './output/json-line.js';
import { packageFolder } from './package-info.js';
import { settleRun } from '../library/settle-run.js';

const actions = ['init', 'check', 'show'] as const;

async function init(file: string, around: Surroundings): Promise<void> {
  const schemaPath = relative(dirname(resolve(file)), resolve(packageFolder, 'schema', 'run.schema.json'));
  try {
    await writeFile(file, formatConfigTemplate(schemaPath), { flag: 'wx' });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'EEXIST' ? 'exists already; give another name' : `cannot be written (${code})`;
    throw new ConfigError('CONFIG_FILE', `${file} ${reason}. Nothing was changed.`, { cause });
  }
  around.stdout.write(`${file} is written. Next: bridle config check ${file}, bridle train --config ${file}\n`);
}

/** Every value with its source, as one JSON object. */
function describeValues({ command, values, sources }: CommandLine): Readonly<Record<string, unknown>> {
  const names = optionsOf(command).filter((name) => values[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, { value: values[name], source: sources[name] }]));
}

export const config: CommandBody = async ({ args }, around) => {
  const [word, ...rest] = args;
  const action = actions.find((name) => name === word);
  if (action === undefined) {
    const message = `bridle config does ${actions.join(', ')}, got ${word === undefined ? 'nothing' : `"${word}"`}: bridle config check run.yaml.`;
    throw new ConfigError('UNKNOWN_COMMAND', message);
  }
  const [first] = rest;
  const file = first === undefined || first.startsWith('-') ? undefined : first;
  if (action === 'init') {
    await init(file ?? 'run.yaml', around);
    return exitCodes.done;
  }
  const flags = file === undefined ? rest : ['--config', ...rest];
  const { line } = await settleRun(readCommandLine(['train', ...flags], around.env));
  if (line.values.json) around.stdout.write(`${formatJsonLine(describeValues(line))}\n`);
  else around.stdout.write(action === 'show' ? formatRunConfig(line) : 'The configuration is sound.\n');
  return exitCodes.done;
};
