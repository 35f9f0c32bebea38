// From what a user names, a checkpoint folder, a run folder or `latest`, to a checkpoint that is whole.
import { basename, join } from 'node:path';
import { stepPath } from './checkpoint-folders.js';
import { newestCheckpoint, readCheckpoint, type LoadedCheckpoint } from './read-checkpoint.js';
import { isThere, resolveRunFolder } from './run-folder.js';

export interface FoundCheckpoint {
  readonly path: string;
  readonly snapshot: LoadedCheckpoint;
  /** Newer ones that cannot be used. */
  readonly damaged: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Reads the checkpoint that `target` names: a checkpoint's folder, or the newest whole one of a run, by its folder, its name in
 * `parent`, `latest` (of another folder: `runs/latest`) or a folder of runs. Throws CheckpointError RUN_NOT_FOUND, CHECKPOINT_MISSING, CHECKPOINT_DAMAGED, CHECKPOINT_VERSION.
 */
export async function findCheckpoint(target: string, parent: string): Promise<FoundCheckpoint> {
  // A step's name is a checkpoint even when its manifest is gone: the reader then says what is missing.
  const isCheckpoint = /^step-\d+$/.test(basename(target)) || (await isThere(join(target, 'manifest.json')));
  if (isCheckpoint) return { path: target, snapshot: await readCheckpoint(target), damaged: [] };
  const runDir = await resolveRunFolder(parent, target);
  const { snapshot, damaged } = await newestCheckpoint(runDir);
  return { path: stepPath(runDir, snapshot.step), snapshot, damaged };
}
