// bridle evaluate: loss and metrics of a checkpoint on a split of its run's data.
import { settleCommandLine } from '../config/parse-command-line.js';
import { exitCodes } from '../errors.js';
import { evaluateCheckpoint } from '../library/evaluate-checkpoint.js';
import type { CommandBody } from './command.js';
import { formatScore } from './output/format-event.js';
import { formatPlural, formatValue } from './output/format-quantity.js';
import { formatJsonLine } from './output/json-line.js';

export const evaluate: CommandBody = async (given, around) => {
  const { values, positionals } = settleCommandLine(given);
  const { json, out, split, backend, threads } = values;
  const score = await evaluateCheckpoint(positionals[0] ?? 'latest', { split, backend, threads }, out);
  if (score.isOtherData) {
    const [code, message] = [
      'DATA_CHANGED',
      "the data are not the run's any more; the scores are of what is there now.",
    ];
    around.stderr.write(`warning ${code}: ${message}\n`);
  }
  const { checkpoint, examples, loss } = score;
  const of = `${formatPlural(examples, 'example')} (${split})`;
  const lossText = score.accuracy === undefined ? '' : `, loss ${formatValue(loss)}`;
  const line = json
    ? formatJsonLine({ event: 'scored', ...score })
    : `${checkpoint}: ${formatScore(score)}${lossText} on ${of}`;
  around.stdout.write(`${line}\n`);
  return exitCodes.done;
};
