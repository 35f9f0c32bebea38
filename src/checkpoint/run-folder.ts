// A run's folder, `runs/<data>-<cell>-<utc>/`: made, found by `runs/latest`, and described by run.json.
import type { Stats } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { CheckpointError } from '../errors.js';
import { syncFolder, writeAtomically } from './atomic-write.js';
import { checkpointsFolder, isStepName } from './checkpoint-folders.js';
import { diskError, readError, systemCode } from './disk-error.js';

export { writeAtomically } from './atomic-write.js';
export { lockRunFolder, type RunLock } from './run-lock.js';

export const runFormatVersion = 1;

const runSchema = z.object({
  formatVersion: z.literal(runFormatVersion),
  runId: z.string(),
  command: z.array(z.string()),
  bridleVersion: z.string(),
  nodeVersion: z.string(),
  kernelId: z.string().exactOptional(),
  dataDigest: z.string(),
  /** Raised at every start of a coordinator on this folder. */
  generation: z.int().min(0),
  createdUtc: z.string(),
});

export type RunRecord = Readonly<z.infer<typeof runSchema>>;

/**
 * Makes `<parent>/<name>-<utc>/` with logs/ and checkpoints/, and lets `<parent>/latest` name it; returns its path.
 * Two runs of one second get different names. Throws CheckpointError DISK_FULL or DISK_WRITE.
 */
export async function createRunFolder(parent: string, name: string, clock: Date): Promise<string> {
  const utc = clock.toISOString().replace(/[-:]|\.\d+/g, ''); // 20260131T235959Z
  try {
    await mkdir(parent, { recursive: true });
    const runDir = await makeUnused(join(parent, `${name}-${utc}`));
    await mkdir(join(runDir, 'logs'));
    await mkdir(checkpointsFolder(runDir));
    await syncFolder(runDir);
    // Two runs may start here at once.
    await writeAtomically(join(parent, 'latest'), `${basename(runDir)}\n`, `.${basename(runDir)}`);
    return runDir;
  } catch (error) {
    throw diskError(error, `a new run folder in ${parent}`, 'Nothing was there before.');
  }
}

/**
 * Finds the folder of a run: `given` as a path or as a name inside `parent`. `latest`, of `parent` or as `FOLDER/latest`, is the run
 * that was started last there, and so is a folder of runs. Throws CheckpointError RUN_NOT_FOUND.
 */
export async function resolveRunFolder(parent: string, given = 'latest'): Promise<string> {
  if (given === 'latest') return latestRun(parent);
  for (const path of [given, join(parent, given)]) {
    if (!(await isFolder(path))) continue;
    return (await isRunParent(path)) ? latestRun(path) : path;
  }
  if (basename(given) === 'latest') return latestRun(dirname(given));
  throw notFound(`${given} is no run folder, nor is there one of that name in ${parent}`);
}

/** Finds the run that `target` is or belongs to: all that `resolveRunFolder` takes, and the folder of a checkpoint. Throws RUN_NOT_FOUND. */
export async function findRunOf(target: string | undefined, parent: string): Promise<string> {
  const found = await resolveRunFolder(parent, target);
  const above = dirname(resolve(found));
  return basename(above) === 'checkpoints' && isStepName(basename(found)) ? join(found, '..', '..') : found;
}

/** Tells a folder of runs, which has a pointer to the latest of them, from a run. */
async function isRunParent(path: string): Promise<boolean> {
  return (await readIfThere(join(path, 'latest'))) !== undefined && !(await isThere(join(path, 'run.json')));
}

async function latestRun(parent: string): Promise<string> {
  const latest = (await readIfThere(join(parent, 'latest')))?.trim();
  if (latest === undefined) throw notFound(`${join(parent, 'latest')} does not exist`);
  const isName = basename(latest) === latest && latest !== '' && !latest.startsWith('.'); // never out of the parent
  if (isName && (await isFolder(join(parent, latest)))) return join(parent, latest);
  throw notFound(`${join(parent, 'latest')} names "${latest}", which does not exist`);
}

export function writeRunRecord(runDir: string, record: RunRecord): Promise<void> {
  return writeAtomically(join(runDir, 'run.json'), `${JSON.stringify(runSchema.parse(record), null, 2)}\n`);
}

/** Reads run.json. Throws CheckpointError RUN_NOT_FOUND when there is none, RUN_DAMAGED when it is not as documented. */
export async function readRunRecord(runDir: string): Promise<RunRecord> {
  const path = join(runDir, 'run.json');
  const text = await readIfThere(path);
  if (text === undefined) throw notFound(`${path} does not exist`);
  const record = runSchema.safeParse(parseJson(text));
  if (record.success) return record.data;
  throw new CheckpointError(
    'RUN_DAMAGED',
    `${path} is damaged or of another version: wanted the fields of docs/checkpoints.md (format version ` +
      `${runFormatVersion}), got: ${z.prettifyError(record.error)}. Its checkpoints can still be read one by one.`,
  );
}

/** Raises the run's generation, on disk before it returns: frames of an earlier coordinator can be told from this one's. */
export async function nextGeneration(runDir: string): Promise<number> {
  const record = await readRunRecord(runDir);
  const generation = record.generation + 1;
  await writeRunRecord(runDir, { ...record, generation });
  return generation;
}

async function makeUnused(path: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const candidate = attempt === 1 ? path : `${path}-${attempt}`;
    try {
      await mkdir(candidate);
      return candidate;
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await statIfThere(path))?.isDirectory() ?? false;
}

/** Tells whether there is anything of that path. */
export async function isThere(path: string): Promise<boolean> {
  return (await statIfThere(path)) !== undefined;
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw readError(error, path);
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'EISDIR') return undefined;
    throw readError(error, path);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema's message says that there is no object
  }
}

function notFound(reason: string): CheckpointError {
  return new CheckpointError(
    'RUN_NOT_FOUND',
    `${reason}. Give the folder of a run (--resume runs/NAME), or start one without --resume.`,
  );
}
