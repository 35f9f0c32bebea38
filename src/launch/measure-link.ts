// Round trip and bandwidth of a connection, from probes that are timed: what a worker would wait for its bytes.
import { defaultLimits } from '../protocol/limits.js';

/** Sends `up` bytes and waits for an answer of `down` bytes; returns the milliseconds. */
export type Exchange = (up: number, down: number) => Promise<number>;

export interface LinkMeasure {
  readonly roundTripMs: number;
  /** Bytes a second. */
  readonly up: number;
  readonly down: number;
}

const pings = 9;
const firstBytes = 64 * 1024;
const mostTransfers = 8;
/** A transfer that takes so long is long enough to be exact, and the next one would be longer. */
const enoughMs = 300;
/** Transfers that count: the last ones, the largest and those of a connection that is warm. */
const counted = 3;

/** Measures a link with at most 25 exchanges and 3 MiB each way. Throws what `exchange` throws. */
export async function measureLink(exchange: Exchange): Promise<LinkMeasure> {
  const times: number[] = [];
  for (let i = 0; i < pings; i += 1) times.push(await exchange(0, 0));
  const roundTripMs = median(times);
  return {
    roundTripMs,
    up: await measureBandwidth((bytes) => exchange(bytes, 0), roundTripMs),
    down: await measureBandwidth((bytes) => exchange(0, bytes), roundTripMs),
  };
}

async function measureBandwidth(transfer: (bytes: number) => Promise<number>, roundTripMs: number): Promise<number> {
  const rates: number[] = [];
  let bytes = firstBytes;
  for (let i = 0; i < mostTransfers; i += 1) {
    const ms = await transfer(bytes);
    // The first byte's way is no transfer. A single ping may have been slower than a whole one.
    rates.push((1000 * bytes) / Math.max(ms - roundTripMs, ms / 10));
    if (ms >= enoughMs) break;
    bytes = Math.min(2 * bytes, defaultLimits.maxProbeBytes);
  }
  return median(rates.slice(-counted));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
