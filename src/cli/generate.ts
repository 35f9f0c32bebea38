// bridle generate: text from a model of text, printed as it comes.
import { settleCommandLine } from '../config/parse-command-line.js';
import { exitCodes } from '../errors.js';
import { openModel } from '../library/open-model.js';
import type { CommandBody } from './command.js';
import { formatJsonLine } from './output/json-line.js';

export const generate: CommandBody = async (given, around) => {
  const { values, positionals } = settleCommandLine(given);
  const { json, out, backend, prompt = '', length, temperature, seed } = values;
  const { model } = await openModel(positionals[0] ?? 'latest', { backend }, out);
  const options = { prompt, length, temperature, seed };
  if (json) {
    const { path: checkpoint, step, kernelId } = model;
    const text = model.generate(options);
    around.stdout.write(`${formatJsonLine({ event: 'generated', checkpoint, step, kernelId, ...options, text })}\n`);
    return exitCodes.done;
  }
  const characters = model.generateStream(options);
  let line = prompt;
  for (const character of characters) {
    line += character;
    if (character !== '\n') continue;
    around.stdout.write(line);
    line = '';
  }
  around.stdout.write(`${line}\n`);
  return exitCodes.done;
};
