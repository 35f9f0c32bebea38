import { describe, expect, it } from 'vitest';
import { learningRateAt, type ScheduleOptions } from '../../../src/optim/schedule.js';

const cosine: ScheduleOptions = {
  name: 'cosine',
  learningRate: 0.1,
  warmupSteps: 10,
  totalSteps: 110,
  minLearningRate: 0.01,
  decaySteps: 30,
  decayFactor: 0.3,
  patience: 2,
};

describe('learningRateAt', () => {
  it('is constant without a warm-up', () => {
    const constant: ScheduleOptions = { ...cosine, name: 'constant', warmupSteps: 0 };
    expect([0, 1, 50, 1000].map((step) => learningRateAt(constant, step))).toEqual([0.1, 0.1, 0.1, 0.1]);
  });

  it('rises linearly from the first step, whose rate is not 0, to the full rate', () => {
    expect(learningRateAt(cosine, 0)).toBeCloseTo(0.01, 15);
    expect(learningRateAt(cosine, 4)).toBeCloseTo(0.05, 15);
    expect(learningRateAt(cosine, 9)).toBeCloseTo(0.1, 15);
  });

  it('follows the cosine from the full rate by the middle to the least, and stays there', () => {
    expect(learningRateAt(cosine, 10)).toBe(0.1);
    expect(learningRateAt(cosine, 60)).toBeCloseTo(0.055, 12);
    // PyTorch's CosineAnnealingLR(T_max=100, eta_min=0.01) after 25 steps
    expect(learningRateAt(cosine, 35)).toBeCloseTo(0.01 + (0.09 * (1 + Math.cos(Math.PI / 4))) / 2, 14);
    expect(learningRateAt(cosine, 110)).toBe(0.01);
    expect(learningRateAt(cosine, 500)).toBe(0.01);
  });

  it('takes a run that ends within its warm-up', () => {
    const short: ScheduleOptions = { ...cosine, totalSteps: 5 };
    expect(learningRateAt(short, 4)).toBeCloseTo(0.05, 15);
    expect(learningRateAt(short, 20)).toBe(0.01);
  });
});
