// bridle inspect: reads a checkpoint, verifies every byte of it, and shows what it holds.
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { newestCheckpoint, readCheckpoint, type LoadedCheckpoint } from '../checkpoint/checkpoint.js';
import { resolveRunFolder } from '../checkpoint/run-folder.js';
import { settleCommandLine } from '../config/parse-command-line.js';
import { exitCodes } from '../errors.js';
import type { CommandBody } from './command.js';
import { describeCheckpoint, formatCheckpoint } from './output/format-checkpoint.js';
import { formatJsonLine } from './output/json-line.js';

interface Found {
  readonly path: string;
  readonly snapshot: LoadedCheckpoint;
  readonly damaged: readonly { readonly path: string; readonly reason: string }[];
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}

async function find(target: string, parent: string): Promise<Found> {
  // A step's name is a checkpoint even when its manifest is gone: the reader then says what is missing.
  const isCheckpoint = /^step-\d+$/.test(basename(target)) || (await isThere(join(target, 'manifest.json')));
  if (isCheckpoint) return { path: target, snapshot: await readCheckpoint(target), damaged: [] };
  const runDir = await resolveRunFolder(parent, target === 'latest' ? undefined : target);
  const { snapshot, damaged } = await newestCheckpoint(runDir);
  return { path: join(runDir, 'checkpoints', `step-${String(snapshot.step).padStart(8, '0')}`), snapshot, damaged };
}

export const inspect: CommandBody = async (given, around) => {
  const { values, positionals } = settleCommandLine(given);
  const { path, snapshot, damaged } = await find(positionals[0] ?? 'latest', values.out);
  for (const { path: bad, reason } of damaged) around.stderr.write(`warning CHECKPOINT_DAMAGED: ${bad}: ${reason}\n`);
  const description = describeCheckpoint(path, snapshot);
  around.stdout.write(values.json ? `${formatJsonLine({ ...description })}\n` : formatCheckpoint(description));
  return exitCodes.done;
};
