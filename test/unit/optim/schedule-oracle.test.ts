// Schedules against torch.optim.lr_scheduler; numbers from test/fixtures/optim/make-schedule-oracle.py.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { plateauFactor, watchPlateau } from '../../../src/optim/plateau.js';
import { learningRateAt, type ScheduleOptions } from '../../../src/optim/schedule.js';

interface Oracle {
  readonly learningRate: number;
  readonly cosine: number[];
  readonly linear: number[];
  readonly step: number[];
  readonly oneCycle: number[];
  readonly oneShortCycle: number[];
  readonly plateau: { losses: (number | null)[]; rates: number[] };
}

const oracle = JSON.parse(
  readFileSync(new URL('../../fixtures/optim/schedule-oracle.json', import.meta.url), 'utf8'),
) as Oracle;

const base = { learningRate: oracle.learningRate, warmupSteps: 0, decaySteps: 7, decayFactor: 0.3, patience: 2 };
const cases: { name: ScheduleOptions['name']; rates: number[]; minLearningRate: number }[] = [
  { name: 'cosine', rates: oracle.cosine, minLearningRate: 0.01 },
  { name: 'linear', rates: oracle.linear, minLearningRate: 0.01 },
  { name: 'step', rates: oracle.step, minLearningRate: 0 },
  { name: 'one-cycle', rates: oracle.oneCycle, minLearningRate: 0 },
  { name: 'one-cycle', rates: oracle.oneShortCycle, minLearningRate: 0 },
];

it.each(cases)('has PyTorch’s rates: $name', ({ rates, ...options }) => {
  const schedule = { ...base, ...options, totalSteps: rates.length };
  rates.forEach((rate, step) => expect(learningRateAt(schedule, step) / rate, `step ${step}`).toBeCloseTo(1, 11));
});

it('counts the steps of every schedule from the end of the warm-up', () => {
  const schedule: ScheduleOptions = { ...base, name: 'step', warmupSteps: 5, totalSteps: 65, minLearningRate: 0 };
  oracle.step.forEach((rate, step) => expect(learningRateAt(schedule, step + 5) / rate).toBeCloseTo(1, 11));
  expect(learningRateAt(schedule, 1)).toBeCloseTo((oracle.learningRate * 2) / 5, 15);
});

it('lowers the rate where ReduceLROnPlateau does, and keeps no loss that is not finite', () => {
  const options = { learningRate: oracle.learningRate, minLearningRate: 0.02, decayFactor: 0.5, patience: 2 };
  const scalars: Record<string, number> = {};
  oracle.plateau.losses.forEach((loss, index) => {
    expect((oracle.learningRate * plateauFactor(scalars)) / oracle.plateau.rates[index]!).toBeCloseTo(1, 11);
    watchPlateau(scalars, loss ?? NaN, options);
    expect(Object.values(scalars).every(Number.isFinite)).toBe(true);
  });
  expect(plateauFactor(scalars)).toBeLessThan(1);
});
