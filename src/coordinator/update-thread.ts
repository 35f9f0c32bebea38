// A thread that helps with the end of a step: while the coordinator works, its workers wait, and a core is free.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { KernelTeam } from '../tensor/kernel-team.js';

/** Starts a helper where there is a core for it; without one, or when it ends, the team does everything on the caller's thread. */
export function startUpdateThread(team: KernelTeam): Worker | undefined {
  if (availableParallelism() < 2) return undefined;
  const thread = new Worker(new URL('./update-thread-main.js', import.meta.url), { workerData: team.share });
  thread.on('error', () => undefined); // it was to help only
  thread.unref();
  return thread;
}
