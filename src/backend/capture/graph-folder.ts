// The folder that TensorFlow loads a graph from: it takes no bytes. It lives for as long as loading takes; one that a killed
// process left behind is removed by the next.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Host and process are in the name: whoever shares the folder of temporary files can tell whether its owner still lives. */
const prefix = `bridle-graph-${hostname()}-`;

/** Writes `bytes` as saved_model.pb into a new folder, calls `load` with its path, and removes it. */
export function withGraphFolder<Result>(bytes: Uint8Array, load: (folder: string) => Result): Result {
  removeLeftFolders();
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), bytes);
    return load(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Removes the folders of processes of this host that have ended. */
function removeLeftFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    if (pid > 0 && !isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'; // another user's process may not be asked, and lives
  }
}
