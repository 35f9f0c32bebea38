import { expect, it } from 'vitest';
import { processLeaves, workerFate } from '../../../src/loadtest/fates.js';

const draws = Array.from({ length: 5000 }, (_, i) => [Math.floor(i / 50), i % 50] as const);

it('draws the fates of workers at the rates that were asked for, the same each time', () => {
  const fates = draws.map(([step, worker]) => workerFate(1, { dropRate: 0.1, slowRate: 0.2 }, step, worker));
  const share = (fate: string): number => fates.filter((each) => each === fate).length / fates.length;
  expect(share('drop')).toBeCloseTo(0.1, 1);
  expect(share('slow')).toBeCloseTo(0.18, 1);
  expect(draws.map(([step, worker]) => workerFate(1, { dropRate: 0.1, slowRate: 0.2 }, step, worker))).toEqual(fates);
});

it('lets everybody answer and stay at rate 0, and nobody at rate 1', () => {
  for (const [step, who] of draws.slice(0, 100)) {
    expect(workerFate(1, { dropRate: 0, slowRate: 0 }, step, who)).toBe('answer');
    expect(workerFate(1, { dropRate: 1, slowRate: 1 }, step, who)).toBe('drop');
    expect(processLeaves(1, 0, step, who)).toBe(false);
    expect(processLeaves(1, 1, step, who)).toBe(true);
  }
});
