// Files that are old or new after a crash, never torn: write beside, fsync, rename, fsync the folder (ALICE, OSDI 2014).
import { open, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { diskError } from './disk-error.js';

/** Writes a new file and waits until its bytes are on disk. An existing one is overwritten in place: not atomic by itself. */
export async function writeSynced(path: string, bytes: Uint8Array | string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the names in a folder durable: without it a rename may be lost, or seen before, what it names. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Replaces a file so that a reader, and a crash at any instant, finds the old bytes or the new ones.
 * One writer a path at a time, unless each gives a `writer` of its own. Throws CheckpointError DISK_FULL or DISK_WRITE; the old file is then untouched.
 */
export async function writeAtomically(path: string, bytes: Uint8Array | string, writer = ''): Promise<void> {
  // A name that stays the same: what a crash leaves behind is overwritten by the next write.
  const temporary = join(dirname(path), `.${basename(path)}${writer}.tmp`);
  try {
    await writeSynced(temporary, bytes);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw diskError(error, path, 'It holds its old content or the new one, whole.');
  }
}
