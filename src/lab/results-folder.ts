// Results on disk, one file a trial, named by the trial's flags: the same laboratory started again does what is missing.
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../checkpoint/atomic-write.js';
import { systemCode } from '../checkpoint/disk-error.js';
import { encodeJson } from '../checkpoint/json-line.js';
import type { TrialResult } from './trial-result.js';

const formatVersion = 1;
const numbers: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity };

function pathOf(folder: string, flags: readonly string[]): string {
  return join(
    folder,
    'results',
    `${createHash('sha256').update(JSON.stringify(flags)).digest('hex').slice(0, 16)}.json`,
  );
}

/** Writes a trial's result. Throws CheckpointError DISK_FULL or DISK_WRITE. */
export async function writeResult(folder: string, result: TrialResult): Promise<void> {
  await mkdir(join(folder, 'results'), { recursive: true });
  await writeAtomically(pathOf(folder, result.flags), `${encodeJson({ formatVersion, ...result })}\n`);
}

/** Reads the result of a trial with these flags; undefined where there is none, or none that can be used. */
export async function readResult(folder: string, flags: readonly string[]): Promise<TrialResult | undefined> {
  let text: string;
  try {
    text = await readFile(pathOf(folder, flags), 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { formatVersion: version, ...result } = JSON.parse(text, (_key, item: unknown) =>
      typeof item === 'string' && Object.hasOwn(numbers, item) ? numbers[item] : item,
    ) as TrialResult & { readonly formatVersion: number };
    return version === formatVersion ? result : undefined;
  } catch {
    return undefined; // damaged: the trial is run again
  }
}
