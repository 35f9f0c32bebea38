// Processes that a test has started, and theirs: found by a mark in their environment, whoever their parent is by then. Linux only.
import { readdirSync, readFileSync } from 'node:fs';

const mark = 'STARTED_BY_TEST';

/** Marks all that this process starts from now on. */
export function markProcesses(by: string): void {
  process.env[mark] = by;
}

/** Command lines of the living processes with this mark, by process id. */
export function markedProcesses(by: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const pid of processIds()) {
    if (pid === process.pid || !read(pid, 'environ').includes(`${mark}=${by}`)) continue;
    found.set(pid, read(pid, 'cmdline').join(' ').trim());
  }
  return found;
}

/** A process that has ended, and whose parent has not asked how, does not run. */
export const isRunning = (pid: number): boolean => read(pid, 'cmdline').length > 1;

function processIds(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return []; // not Linux
  }
}

function read(pid: number, what: 'environ' | 'cmdline'): string[] {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8').split('\0');
  } catch {
    return []; // it has ended, or is somebody else's
  }
}
