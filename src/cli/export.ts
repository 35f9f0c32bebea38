// bridle export: a checkpoint's model in the files of another program.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findCheckpoint } from '../checkpoint/find-checkpoint.js';
import { settleCommandLine } from '../config/parse-command-line.js';
import { ConfigError, exitCodes } from '../errors.js';
import { readStoredModel, type StoredModel } from '../inference/stored-model.js';
import { exportModel as exportFiles, type ExportFormat } from '../formats/export-model.js';
import { outsideTraining } from '../params/outside-training.js';
import type { ExportedFile } from '../formats/trained-model.js';
import type { CommandBody } from './command.js';
import { formatJsonLine } from './output/json-line.js';

export const exportModel: CommandBody = async (given, around) => {
  const { values, positionals } = settleCommandLine(given);
  const { out, json, format, output } = values;
  if (format === undefined || output === undefined) {
    throw new ConfigError('FLAG_MISSING', 'bridle export needs --format FORMAT and --output DIR.');
  }
  const { path, snapshot } = await findCheckpoint(positionals[0] ?? 'latest', out);
  const files = filesOf(readStoredModel(snapshot, path), format);
  const written = await writeFiles(output, files);
  const line = json
    ? formatJsonLine({ event: 'exported', checkpoint: path, step: snapshot.step, format, files: written })
    : `${path} as ${format}: ${written.join(', ')}`;
  around.stdout.write(`${line}\n`);
  return exitCodes.done;
};

/** The format's own files, and data.json: what inputs and outputs mean, and how raw values were scaled. */
function filesOf(model: StoredModel, format: ExportFormat): ExportedFile[] {
  const { spec, data, preprocessing } = model;
  const meaning = { model: outsideTraining(spec), data, ...(preprocessing && { preprocessing }) };
  return [...exportFiles(model, format), { name: 'data.json', content: `${JSON.stringify(meaning, null, 2)}\n` }];
}

/** Nothing is overwritten. */
async function writeFiles(folder: string, files: readonly ExportedFile[]): Promise<string[]> {
  const paths: string[] = [];
  for (const { name, content } of files) {
    const path = join(folder, name);
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(path, content, { flag: 'wx' });
    } catch (cause) {
      const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
      throw new ConfigError(
        'EXPORT_FILE',
        `--output: ${path} cannot be written (${reason}). Name a new or empty folder that can be written to.`,
        { cause },
      );
    }
    paths.push(path);
  }
  return paths;
}
