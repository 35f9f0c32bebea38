import { describe, expect, it } from 'vitest';
import { percentile, percentilesOf } from '../../../src/loadtest/statistics.js';

describe('percentiles', () => {
  it('are values that were measured, by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(percentilesOf(hundred)).toEqual({ p50: 50, p95: 95, p99: 99, max: 100 });
    expect(hundred[0]).toBe(100); // the input keeps its order
  });

  it('of few values are the largest ones', () => {
    expect(percentilesOf([3, 1, 2])).toEqual({ p50: 2, p95: 3, p99: 3, max: 3 });
    expect(percentile([7], 0)).toBe(7);
  });

  it('of nothing are none', () => {
    expect(percentilesOf([])).toBeUndefined();
  });
});
