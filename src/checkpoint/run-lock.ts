// One coordinator a run: a lock file made exclusively, which holds the pid; a dead process's lock is taken over.
import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError } from '../errors.js';
import { sweepCheckpoints } from './checkpoint-folders.js';
import { diskError, systemCode } from './disk-error.js';

export interface RunLock {
  release(): Promise<void>;
}

/**
 * Takes the run's lock, then clears what a crash left in checkpoints/. Release it when the run's files are closed.
 * Throws CheckpointError RUN_IN_USE, naming the pid, while a living process holds it; DISK_FULL or DISK_WRITE.
 */
export async function lockRunFolder(runDir: string): Promise<RunLock> {
  const path = join(runDir, 'lock');
  const own = `${process.pid} ${await readStartTime(process.pid)}\n`;
  try {
    await acquire(path, own);
  } catch (error) {
    throw diskError(error, path, 'The run is untouched.');
  }
  const lock = {
    async release() {
      if ((await readHolder(path)) === own) await rm(path, { force: true });
    },
  };
  try {
    await sweepCheckpoints(runDir);
  } catch (error) {
    await lock.release();
    throw diskError(error, runDir, 'The run is untouched.');
  }
  return lock;
}

async function acquire(path: string, own: string): Promise<void> {
  // Linked, not written in place: the lock is never seen without its pid, and link() refuses an existing name as O_EXCL does.
  const candidate = `${path}.${randomUUID()}`;
  try {
    await writeFile(candidate, own, { flag: 'wx' });
    await acquireLinked(path, candidate);
  } finally {
    await rm(candidate, { force: true });
  }
}

/** Only who holds `<path>.takeover` removes a dead lock: two who saw the same one cannot remove each other's new one. */
async function acquireLinked(path: string, candidate: string): Promise<void> {
  while (!(await tryLink(candidate, path))) {
    const holder = await readHolder(path);
    if (holder === undefined) continue; // released meanwhile
    if (await isAlive(holder)) throw inUse(path, holder);
    const takeover = `${path}.takeover`;
    await acquireLinked(takeover, candidate);
    try {
      if ((await readHolder(path)) === holder) await rm(path);
    } finally {
      await rm(takeover);
    }
  }
}

async function tryLink(candidate: string, path: string): Promise<boolean> {
  try {
    await link(candidate, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A pid alone may have been given to another process since; together with its start time it names one process. */
async function isAlive(holder: string): Promise<boolean> {
  const [pidText, startTime = ''] = holder.trim().split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
  return (await readStartTime(pid)) === startTime;
}

/** The kernel's start time of a process in clock ticks (proc(5), field 22 of stat); empty where there is no /proc. */
async function readStartTime(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return ''; // then the pid alone decides
  }
}

function inUse(path: string, holder: string): CheckpointError {
  const pid = holder.trim().split(' ')[0];
  return new CheckpointError(
    'RUN_IN_USE',
    `The run is in use by process ${pid} (${path}). Stop it first (kill ${pid}), or start another run.`,
  );
}
