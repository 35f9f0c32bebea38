// Limits, and what is written about a result: lines, Markdown, a page that needs no network.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../../src/errors.js';
import { hiddenSizeFor } from '../../../src/loadtest/coordinator-process.js';
import { formatPage } from '../../../src/loadtest/format-page.js';
import { formatLines, formatSummary } from '../../../src/loadtest/format-result.js';
import { findBroken, type ClippingResult } from '../../../src/loadtest/result.js';

const guide = readFileSync(new URL('../../../docs/ci.md', import.meta.url), 'utf8');
const figures = { answerP50Ms: 1, answerP99Ms: 5, answerMaxMs: 9, rssPeakBytes: 150_000_000 };
const result: ClippingResult = {
  event: 'bench',
  bench: 'clipping',
  workers: 100,
  processes: 2,
  parameters: 1000,
  shards: 100,
  steps: 50,
  warmup: 5,
  gradients: 'normal',
  seed: 42,
  joinedMs: 900,
  p50Ms: 20,
  p95Ms: 30,
  p99Ms: 40,
  maxMs: 40,
  stepsPerSecond: 45,
  bytesToWorkers: 1e8,
  bytesFromWorkers: 1e8,
  lost: 1,
  lossReasons: [{ reason: 'connection lost', workers: 1 }],
  dropped: 2,
  left: 0,
  slowed: 0,
  exploded: 0,
  planted: 3,
  named: 3,
  overtaken: 0,
  clipRate: 0.5,
  maxNormError: 1e-9,
  maxCoefficientError: 6e-8,
  coordinator: figures,
  idle: figures,
  gradientsHeld: 12,
  rssPerWorkerBytes: 50_000,
  tcpP50Ms: 4,
  tcpP99Ms: 5,
  p99PerTcp: 8,
  broken: [],
};

describe('limits', () => {
  it('that are kept, or not given, break nothing', () => {
    expect(findBroken(result, {})).toEqual([]);
    const kept = { maxP99Ms: 40, maxRssMb: 150, maxLost: 1, minStepsPerSecond: 45, maxCoefficientError: 1e-7 };
    expect(findBroken(result, { ...kept, maxP99PerTcp: 8 })).toEqual([]);
  });

  it.each([
    ['--max-p99-ms', { maxP99Ms: 39 }, 40],
    ['--max-rss-mb', { maxRssMb: 149 }, 150],
    ['--max-lost', { maxLost: 0 }, 1],
    ['--min-steps-per-second', { minStepsPerSecond: 46 }, 45],
    ['--max-coefficient-error', { maxCoefficientError: 1e-8 }, 6e-8],
    ['--max-p99-per-tcp', { maxP99PerTcp: 7.9 }, 8],
  ] as const)('%s names itself and what came', (limit, limits, got) => {
    expect(findBroken(result, limits)).toEqual([{ limit, wanted: Object.values(limits)[0], got }]);
    expect(guide).toContain(`| \`${limit}\``);
  });

  it('and how the command ends are in docs/ci.md', () => {
    const told = [...guide.matchAll(/^\| (\d) +\|/gm)].map(([, code]) => Number(code));
    const { done, unexpected, usage, limitBroken, disconnected } = exitCodes;
    expect(told).toEqual([done, unexpected, usage, limitBroken, disconnected]);
  });

  it('are broken by what was not measured, and by NaN', () => {
    expect(findBroken({ ...result, coordinator: null }, { maxRssMb: 500 })).toMatchObject([{ got: null }]);
    expect(findBroken({ ...result, p99Ms: NaN }, { maxP99Ms: 500 })).toHaveLength(1);
  });

  it('hold every planted NaN to be named, without a flag', () => {
    expect(findBroken({ ...result, named: 2 }, {})).toEqual([{ limit: 'every planted NaN named', wanted: 3, got: 2 }]);
    expect(findBroken({ ...result, named: null }, {})).toEqual([]);
  });
});

it('says in lines and in Markdown what was broken', () => {
  const broken = { ...result, broken: [{ limit: '--max-lost', wanted: 0, got: 1 }] };
  expect(formatLines(broken).at(-1)).toBe('limit broken: --max-lost: allowed 0, got 1');
  expect(formatSummary(broken)).toContain('- limit broken: --max-lost: allowed 0, got 1');
  expect(formatSummary(result)).toContain('All limits were kept.');
});

it('writes a page that is well formed and asks for nothing from elsewhere', () => {
  const points = [
    [0, 10],
    [1, 20],
  ] as const;
  const series = {
    stepMs: [20, 40],
    tcpMs: [4, 5],
    gradNorms: [1, 0],
    clipCoefficients: [],
    rssMb: points,
    answerMs: points,
  };
  const page = formatPage({ result, series });
  expect(page).not.toMatch(/https?:|src=|href=|url\(|@import|<script/);
  expect(page.match(/<svg /g)).toHaveLength(4); // no clip coefficient was measured
  const open: string[] = [];
  for (const [, close, name = '', empty] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/g)) {
    if (close) expect(open.pop()).toBe(name);
    else if (!empty && name !== 'meta') open.push(name);
  }
  expect(open).toEqual([]);
});

it('sizes the model to about the parameters that are asked for', () => {
  for (const wanted of [7, 1000, 3000, 100_000, 25_000_000]) {
    const units = hiddenSizeFor(wanted);
    expect(Math.abs(units * units + 5 * units + 1 - wanted)).toBeLessThanOrEqual(units + 3);
  }
});
