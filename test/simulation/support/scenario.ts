// What one seed means: sizes, speeds, and which classes of faults are on (swarm testing: Groce et al. 2012).
import { draws } from './random.js';
import type { ToyOptions } from './toy-training.js';

export const faultClasses = [
  'stall',
  'reset',
  'reset-in-answer',
  'silence',
  'kill',
  'freeze',
  'hang',
  'hang-in-evaluation',
  'hold-upload',
  'slow',
  'flaw',
  'kill-coordinator',
  'freeze-coordinator',
  'stop-and-resume',
  'late-join',
] as const;
export type FaultClass = (typeof faultClasses)[number];

export interface Scenario {
  readonly seed: number;
  readonly toy: ToyOptions;
  readonly workers: number;
  readonly latencyMs: number;
  readonly shardMs: number;
  readonly faults: ReadonlySet<FaultClass>;
  /** Milliseconds between faults, in the mean; after `healAt` there are none. */
  readonly faultEveryMs: number;
  readonly healAt: number;
}

export function scenarioOf(seed: number): Scenario {
  const random = draws(seed, 'scenario');
  const workers = random.chance(0.7) ? random.integer(1, 5) : random.integer(6, 16);
  const shards = random.pick([1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 11, 13, 16]);
  const steps = random.integer(1, 10);
  const onNonFinite = random.pick(['recompute', 'recompute', 'recompute', 'exclude', 'skip'] as const);
  const toy: ToyOptions = {
    shards,
    steps,
    minWorkers: random.integer(1, Math.min(3, workers)),
    evaluateEvery: random.integer(0, 3),
    saveEvery: random.integer(0, 3),
    evaluationShards: random.pick([0, 1, 3, 20]),
    onNonFinite,
    isPoisoned: onNonFinite !== 'recompute',
    hasEmptyShards: random.chance(0.3),
    maxUploads: random.pick([Infinity, 1, 2, 4]),
  };
  const isCalm = random.chance(0.05);
  const faults = new Set(faultClasses.filter(() => !isCalm && random.chance(0.4)));
  return {
    seed,
    toy,
    workers,
    latencyMs: random.pick([0.2, 2, 20, 120]),
    shardMs: random.pick([5, 40, 150, 400]),
    faults,
    faultEveryMs: random.between(50, 1200),
    healAt: random.between(500, 12_000),
  };
}
