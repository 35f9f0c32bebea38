// What goes wrong at a worker or its connection; faults of the coordinator are the simulation's own.
import type { Draws } from './random.js';
import type { FaultClass } from './scenario.js';
import type { WorkerProcess } from './worker-process.js';

/** Faults after which a worker may rightly be given up as late. */
export const makesLate: ReadonlySet<FaultClass> = new Set([
  'stall',
  'silence',
  'freeze',
  'hang',
  'hang-in-evaluation',
  'hold-upload',
  'slow',
]);

/** Does to a worker what its kind of fault does; kinds that do not concern a worker do nothing. */
export function strike(kind: FaultClass, worker: WorkerProcess, random: Draws, now: number): void {
  const { link } = worker;
  if (kind === 'stall') {
    for (const lane of [link?.toServer, link?.toClient])
      if (lane && random.chance(0.6)) lane.stalledUntil = now + random.between(200, 6000);
  }
  if (kind === 'silence' && link) (random.chance(0.5) ? link.toServer : link.toClient).isSilent = true;
  if (kind === 'reset') link?.reset();
  if (kind === 'kill') worker.kill(random.between(100, 3000));
  if (kind === 'freeze') worker.freeze(random.between(500, 15_000));
  if (kind === 'hang') worker.numHangs += 1;
  if (kind === 'hang-in-evaluation') worker.numEvaluationHangs += 1;
  if (kind === 'hold-upload') worker.numHolds += 1;
  if (kind === 'flaw') worker.numFlaws += 1;
  if (kind === 'slow') worker.slowness = random.between(2, 30);
}
