import { describe, expect, it } from 'vitest';
import { measureLink } from '../../../src/launch/measure-link.js';
import { defaultLimits } from '../../../src/protocol/limits.js';

/** A line that is exact, and how much it was used. */
function line(roundTripMs: number, upRate: number, downRate: number) {
  const used = { exchanges: 0, up: 0, down: 0, ms: 0 };
  const exchange = (up: number, down: number): Promise<number> => {
    const ms = roundTripMs + (1000 * up) / upRate + (1000 * down) / downRate;
    used.exchanges += 1;
    used.up += up;
    used.down += down;
    used.ms += ms;
    return Promise.resolve(ms);
  };
  return { used, exchange };
}

describe('measureLink', () => {
  it.each([
    ['a fast and near one', 0.2, 1e9, 5e8],
    ['100 Mbit/s across a continent', 80, 12.5e6, 12.5e6],
    ['a slow one that is slower up', 30, 125_000, 1_250_000],
  ])('finds round trip and both bandwidths of %s', async (_, roundTripMs, up, down) => {
    const { used, exchange } = line(roundTripMs, up, down);
    const measured = await measureLink(exchange);
    expect(measured.roundTripMs).toBe(roundTripMs);
    expect(measured.up / up).toBeCloseTo(1);
    expect(measured.down / down).toBeCloseTo(1);
    expect(used.exchanges).toBeLessThanOrEqual(defaultLimits.maxProbes);
    expect(Math.max(used.up, used.down)).toBeLessThanOrEqual(defaultLimits.maxAllProbeBytes);
    expect(used.ms).toBeLessThan(10_000);
  });

  it('takes the median of the pings, and never a bandwidth that is no number', async () => {
    const times = [9, 1, 1, 500, 1, 1, 1, 700, 1];
    const measured = await measureLink(() => Promise.resolve(times.shift() ?? 0.5));
    expect(measured.roundTripMs).toBe(1);
    expect(measured.up).toBeGreaterThan(0);
    expect(Number.isFinite(measured.up)).toBe(true);
  });
});
