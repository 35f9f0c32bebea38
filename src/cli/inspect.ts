// bridle inspect: reads a checkpoint, verifies every byte of it, and shows what it holds.
import { findCheckpoint } from '../checkpoint/find-checkpoint.js';
import { settleCommandLine } from '../config/parse-command-line.js';
import { exitCodes } from '../errors.js';
import type { CommandBody } from './command.js';
import { describeCheckpoint, formatCheckpoint } from './output/format-checkpoint.js';
import { formatJsonLine } from './output/json-line.js';

export const inspect: CommandBody = async (given, around) => {
  const { values, positionals } = settleCommandLine(given);
  const { path, snapshot, damaged } = await findCheckpoint(positionals[0] ?? 'latest', values.out);
  for (const { path: bad, reason } of damaged) around.stderr.write(`warning CHECKPOINT_DAMAGED: ${bad}: ${reason}\n`);
  const description = describeCheckpoint(path, snapshot);
  around.stdout.write(values.json ? `${formatJsonLine({ ...description })}\n` : formatCheckpoint(description));
  return exitCodes.done;
};
