// The worker processes that this process has forked: how they end when it ends at once.
import type { ChildProcess } from 'node:child_process';

/** Children belong to a process, not to a run of it: who ends the process must reach them all. */
const forked = new Set<ChildProcess>();

/** Remembers a worker for as long as it lives. */
export function rememberWorker(child: ChildProcess): void {
  forked.add(child);
  child.once('exit', () => forked.delete(child));
}

/** Kills every worker: one that is frozen would not notice that its launcher has ended. */
export function killLocalWorkers(): void {
  for (const child of forked) child.kill('SIGKILL');
}
