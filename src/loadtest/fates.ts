// What happens to whom in a load test: pure draws over (seed, step, who), so that a run can be repeated.
import { randomStream } from '../random/random-stream.js';

/** Rates from 0 to 1, each by worker and step. */
export interface FaultRates {
  /** Answers that come `slowMs` late. */
  readonly slowRate: number;
  /** Leases at which the worker drops its connection. */
  readonly dropRate: number;
}

/** How late a slow answer is: far above a step's usual time, far below what makes a lease overdue (2 s). */
export const slowMs = 250;

export type WorkerFate = 'answer' | 'slow' | 'drop';

/** Draws what a worker does with its first lease of a step; a drop goes before a late answer. */
export function workerFate(seed: number, rates: FaultRates, step: number, worker: number): WorkerFate {
  const random = randomStream(seed, 'loadtest-worker', step, worker);
  if (random.uniform() < rates.dropRate) return 'drop';
  return random.uniform() < rates.slowRate ? 'slow' : 'answer';
}

/** Draws whether a process leaves with all its workers at a step. */
export function processLeaves(seed: number, churnRate: number, step: number, process: number): boolean {
  return churnRate > 0 && randomStream(seed, 'loadtest-process', step, process).uniform() < churnRate;
}
