// The folder checkpoints/ of a run: its names, its two pointers, what a crash left, and what may go.
import { readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError } from '../errors.js';
import { syncFolder, writeAtomically } from './atomic-write.js';
import { diskError, readError, systemCode } from './disk-error.js';

const stepName = /^step-(\d{8,})$/;
const replacedName = /^\.replaced-(step-\d{8,})$/;
const unfinishedName = /^\.(?:writing|removing)-step-\d{8,}$/;

/** A checkpoint's folder while it is `writing`, `replaced` by a new one of the same step, or `removing`. */
export type Passing = 'writing' | 'replaced' | 'removing';

export interface StepFolder {
  readonly step: number;
  readonly path: string;
}

export function checkpointsFolder(runDir: string): string {
  return join(runDir, 'checkpoints');
}

/** `step-00000500`: names sort by step. */
export function nameStep(step: number): string {
  return `step-${String(step).padStart(8, '0')}`;
}

/** Tells the name of a checkpoint's folder. */
export function isStepName(name: string): boolean {
  return stepName.test(name);
}

export function stepPath(runDir: string, step: number, passing?: Passing): string {
  return join(checkpointsFolder(runDir), passing === undefined ? nameStep(step) : `.${passing}-${nameStep(step)}`);
}

/** Lists the checkpoints of a run, newest first. One that was being replaced in a crash still counts. */
export async function listSteps(runDir: string): Promise<StepFolder[]> {
  const folder = checkpointsFolder(runDir);
  const names = await listNames(folder);
  const found = names.flatMap((name) => {
    const visible = stepName.test(name) ? name : replacedName.exec(name)?.[1];
    if (visible === undefined || (visible !== name && names.includes(visible))) return [];
    return [{ step: Number(visible.slice('step-'.length)), path: join(folder, name) }];
  });
  return found.sort((a, b) => b.step - a.step);
}

/** Reads the step that `last` or `best` names; undefined when there is no such file or it names no checkpoint. */
export async function readPointer(runDir: string, pointer: 'last' | 'best'): Promise<number | undefined> {
  try {
    const name = stepName.exec((await readFile(join(checkpointsFolder(runDir), pointer), 'utf8')).trim());
    return name === null ? undefined : Number(name[1]);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw readError(error, checkpointsFolder(runDir));
  }
}

export function writePointer(runDir: string, pointer: 'last' | 'best', step: number): Promise<void> {
  return writeAtomically(join(checkpointsFolder(runDir), pointer), `${nameStep(step)}\n`);
}

/** Makes `checkpoints/best` name the checkpoint of `step`. Throws CHECKPOINT_MISSING when there is none. */
export async function markBest(runDir: string, step: number): Promise<void> {
  const steps = await listSteps(runDir);
  if (!steps.some((folder) => folder.step === step)) {
    throw new CheckpointError(
      'CHECKPOINT_MISSING',
      `Cannot mark step ${step} as best: ${stepPath(runDir, step)} does not exist. Write that checkpoint first.`,
    );
  }
  await writePointer(runDir, 'best', step);
}

/**
 * Removes all but the newest `keep` checkpoints (at least one) and the best; returns the paths that went.
 * Folders above `last` stay and do not count: they are damaged ones that the run fell back from and will write again.
 */
export async function pruneCheckpoints(runDir: string, keep: number): Promise<string[]> {
  const last = (await readPointer(runDir, 'last')) ?? Infinity;
  const best = await readPointer(runDir, 'best');
  const counted = (await listSteps(runDir)).filter(({ step }) => step <= last);
  const removed = counted.slice(Math.max(1, keep)).filter(({ step }) => step !== best);
  for (const { step, path } of removed) await removeStep(runDir, step, path);
  return removed.map(({ path }) => path);
}

/** Puts a folder out of sight in one rename before its files go: a crash in between leaves no half checkpoint. */
async function removeStep(runDir: string, step: number, path: string): Promise<void> {
  const passing = stepPath(runDir, step, 'removing');
  try {
    await rm(passing, { recursive: true, force: true });
    await rename(path, passing);
    await rm(passing, { recursive: true });
  } catch (error) {
    throw diskError(error, `away the old checkpoint ${path}`, 'The newer ones are untouched.');
  }
}

/**
 * Clears what a crash left in checkpoints/; returns the paths that went. Only the holder of the run's lock may call it:
 * a folder that another process is writing looks the same.
 */
export async function sweepCheckpoints(runDir: string): Promise<string[]> {
  const folder = checkpointsFolder(runDir);
  const names = await listNames(folder);
  const swept: string[] = [];
  for (const name of names) {
    const visible = replacedName.exec(name)?.[1];
    if (visible !== undefined && !names.includes(visible)) {
      await rename(join(folder, name), join(folder, visible)); // its successor never came
    } else if (visible !== undefined || unfinishedName.test(name)) {
      await rm(join(folder, name), { recursive: true, force: true });
      swept.push(join(folder, name));
    }
  }
  if (names.length > 0) await syncFolder(folder);
  return swept;
}

async function listNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw readError(error, folder);
  }
}
