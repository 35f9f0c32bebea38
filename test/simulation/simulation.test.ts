// The real cores of coordinator and workers under a simulated network, clock and disk. Every failure replays from its seed:
// BRIDLE_SIM_SEED=S runs one seed, BRIDLE_SIM_SEEDS=N the first N.
import { describe, expect, it } from 'vitest';
import { breadth } from '../breadth.js';
import { scenarioOf } from './support/scenario.js';
import { simulate } from './support/simulate.js';

const one = process.env['BRIDLE_SIM_SEED'];
const numSeeds = Number(process.env['BRIDLE_SIM_SEEDS'] ?? breadth({ unit: 60, sweep: 1000, full: 20_000 }));
const seeds = one === undefined ? Array.from({ length: numSeeds }, (_, seed) => seed) : [Number(one)];

describe('coordinator and workers under simulated faults', () => {
  it(`reach the digests of an undisturbed run, for ${seeds.length} seeds`, { timeout: 600_000 }, () => {
    for (const seed of seeds) simulate(scenarioOf(seed));
  });

  // A lease of an evaluation is overdue after 2 s where the worker's speed is known, after 60 s where nobody's is; the workers
  // hang in up to ten of them.
  it('go on when workers hang in evaluations alone', () => {
    for (const seed of seeds.slice(0, breadth({ unit: 5, sweep: 20 }))) {
      const toy = { ...scenarioOf(seed).toy, steps: 6, minWorkers: 4, evaluateEvery: 1, evaluationShards: 40 };
      const run = { seed, toy, workers: 4, shardMs: 5, latencyMs: 2, faultEveryMs: 100, healAt: 1000 };
      expect(simulate({ ...run, faults: new Set() }).virtualMs).toBeLessThan(2000);
      const { virtualMs } = simulate({ ...run, faults: new Set(['hang-in-evaluation']) });
      expect(virtualMs).toBeGreaterThan(2000);
      expect(virtualMs).toBeLessThan(130_000);
    }
  });

  it('do the same again from the same seed', () => {
    for (const seed of seeds.slice(0, 10)) {
      expect(simulate(scenarioOf(seed))).toEqual(simulate(scenarioOf(seed)));
    }
  });
});
