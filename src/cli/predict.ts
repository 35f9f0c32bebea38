// bridle predict: the predictions for a user's file, as JSON lines or as a table.
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { settleCommandLine } from '../config/parse-command-line.js';
import { ConfigError, exitCodes } from '../errors.js';
import { openModel } from '../library/open-model.js';
import type { CommandBody } from './command.js';
import { csvLines, jsonLine } from './output/format-prediction.js';

export const predict: CommandBody = async (given, around) => {
  const { values, positionals } = settleCommandLine(given);
  const [checkpoint, file] = positionals;
  if (checkpoint === undefined || file === undefined) {
    throw new ConfigError(
      'PREDICT_ARGUMENTS',
      `bridle predict needs CHECKPOINT and FILE, got ${positionals.length} of them.`,
    );
  }
  const { out, output, backend, threads } = values;
  const { model } = await openModel(checkpoint, { backend, threads }, out);
  const isTable = output?.endsWith('.csv') ?? false;
  const target = output === undefined ? undefined : createWriteStream(output);
  const failure = target && finished(target); // rejects when the file cannot be written
  let isFirst = true;
  for await (const prediction of model.predictFile(file)) {
    const lines = isTable ? csvLines(model, prediction, isFirst) : jsonLine(model, prediction);
    isFirst = false;
    (target ?? around.stdout).write(lines);
  }
  target?.end();
  await failure;
  return exitCodes.done;
};
