// When a norm counts as a spike, and what going back restores.
import { describe, expect, it } from 'vitest';
import type { OptimizerState } from '../../../src/optim/optimizer.js';
import { putBy, rollBack, withRollback } from '../../../src/optim/rollback.js';
import { cutLearningRate, findSpike, spikeRateFactor, type SpikeRule } from '../../../src/optim/spike.js';

const rule: SpikeRule = { reaction: 'report', factor: 4, window: 30, rollbackEvery: 10 };

function emptyState(): OptimizerState {
  return { moments: {}, scalars: { step: 0 }, histories: {} };
}

describe('findSpike', () => {
  it('knows nothing before 20 norms, and then compares with the median of those before', () => {
    const state = emptyState();
    for (let step = 0; step < 19; step++) expect(findSpike(state, step % 2 === 0 ? 1 : 2, rule)).toBeUndefined();
    expect(findSpike(state, 1e9, rule)).toBeUndefined(); // the twentieth
    expect(findSpike(state, 6.1, rule)).toEqual({ gradNorm: 6.1, median: 1.5, threshold: 6, reaction: 'report' });
    expect(findSpike(state, 5, rule)).toBeUndefined();
  });

  it('follows a lasting change within half a window', () => {
    const state = emptyState();
    for (let step = 0; step < 30; step++) findSpike(state, 1, rule);
    const spikes = Array.from({ length: 30 }, () => findSpike(state, 100, rule) !== undefined);
    expect(spikes).toEqual(spikes.map((_, step) => step < 15));
    expect(state.histories['spike.norms']).toHaveLength(30);
  });

  it.each([NaN, Infinity])('takes no %s into its history', (norm) => {
    const state = emptyState();
    for (let step = 0; step < 30; step++) findSpike(state, 1, rule);
    const before = structuredClone(state);
    expect(findSpike(state, norm, rule)).toBeUndefined();
    expect(state).toEqual(before);
  });

  it('halves the learning rate at each cut', () => {
    const state = emptyState();
    expect(spikeRateFactor(state.scalars)).toBe(1);
    cutLearningRate(state);
    cutLearningRate(state);
    expect(spikeRateFactor(state.scalars)).toBe(0.25);
  });
});

describe('going back', () => {
  const start = () => {
    const params = Float32Array.of(1, 2);
    const moments = { exp_avg: Float32Array.of(3, 4) };
    return { params, state: withRollback({ moments, scalars: { step: 0, beta1Power: 1 }, histories: {} }, params) };
  };

  it('restores weights, moments and the optimizer’s own scalars, and nothing of other rules', () => {
    const { params, state } = start();
    params.set([5, 6]);
    state.moments.exp_avg!.set([7, 8]);
    Object.assign(state.scalars, { step: 10, beta1Power: 0.3, 'clip.0.mean': 2 });
    putBy(state, params, 10);
    params.set([9, 9]);
    state.moments.exp_avg!.set([9, 9]);
    Object.assign(state.scalars, { step: 15, beta1Power: 0.1, 'clip.0.mean': 3 });
    expect(rollBack(state, params)).toBe(10);
    expect([...params, ...state.moments.exp_avg!]).toEqual([5, 6, 7, 8]);
    expect(state.scalars).toMatchObject({ step: 10, beta1Power: 0.3, 'clip.0.mean': 3 });
  });

  it('has the first state to go back to, and gives up after the third time', () => {
    const { params, state } = start();
    for (let time = 0; time < 3; time++) {
      params.fill(time);
      expect(rollBack(state, params)).toBe(0);
      expect([...params]).toEqual([1, 2]);
    }
    expect(() => rollBack(state, params)).toThrow(expect.objectContaining({ code: 'SPIKES_PERSIST', exitCode: 4 }));
    putBy(state, params, 20);
    expect(rollBack(state, params)).toBe(20);
  });
});
