// From what a user names, a checkpoint folder, a run folder or `latest`, to a checkpoint that is whole.
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { stepPath } from './checkpoint-folders.js';
import { newestCheckpoint, readCheckpoint, type LoadedCheckpoint } from './read-checkpoint.js';
import { resolveRunFolder } from './run-folder.js';

export interface FoundCheckpoint {
  readonly path: string;
  readonly snapshot: LoadedCheckpoint;
  /** Newer ones that cannot be used. */
  readonly damaged: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Reads the checkpoint that `target` names: a checkpoint's folder, or the newest whole one of a run, by its folder, its name in
 * `parent`, or `latest` (of another folder: `runs/latest`). Throws CheckpointError RUN_NOT_FOUND, CHECKPOINT_MISSING, CHECKPOINT_DAMAGED, CHECKPOINT_VERSION.
 */
export async function findCheckpoint(target: string, parent: string): Promise<FoundCheckpoint> {
  // A step's name is a checkpoint even when its manifest is gone: the reader then says what is missing.
  const isCheckpoint = /^step-\d+$/.test(basename(target)) || (await isThere(join(target, 'manifest.json')));
  if (isCheckpoint) return { path: target, snapshot: await readCheckpoint(target), damaged: [] };
  const isLatest = basename(target) === 'latest';
  const folder = isLatest && dirname(target) !== '.' ? dirname(target) : parent;
  const runDir = await resolveRunFolder(folder, isLatest ? undefined : target);
  const { snapshot, damaged } = await newestCheckpoint(runDir);
  return { path: stepPath(runDir, snapshot.step), snapshot, damaged };
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
