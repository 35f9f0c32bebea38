// The load test with real processes: a small load with all faults at once, a broken limit, a coordinator of somebody else.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { ClippingResult } from '../../src/loadtest/result.js';
import { BridleProcess, endAll, signal } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
afterEach(endAll);

const bench = (...args: string[]): BridleProcess =>
  new BridleProcess(['bench', 'clipping', '--json', ...args], { cwd: folder });
const words = (text: string): string[] => text.split(' ');

async function resultOf(run: BridleProcess, code: number): Promise<ClippingResult> {
  expect(await run.exit(), run.report()).toEqual({ code, signal: null });
  return run.events.at(-1) as unknown as ClippingResult;
}

it('holds under faults of every kind, names every planted NaN, and writes page and summary', async () => {
  const run = bench(
    ...words('--workers 20 --params 3000 --steps 8 --warmup 2 --seed 7 --nan-rate 0.05 --explode-rate 0.05'),
    ...words('--drop-rate 0.04 --slow-rate 0.02 --churn-rate 0.15 --max-lost 0 --max-coefficient-error 1e-6'),
    ...words('--report page.html --summary summary.md'),
  );
  const result = await resultOf(run, 0);
  expect(result).toMatchObject({ event: 'bench', workers: 20, shards: 20, steps: 8, lost: 0, broken: [] });
  expect(result.parameters).toBe(2965);
  expect(result.planted).toBeGreaterThan(2);
  expect(result.named).toBe(result.planted);
  for (const happened of [result.dropped, result.slowed, result.left, result.exploded])
    expect(happened).toBeGreaterThan(0);
  expect(result.maxCoefficientError).toBeLessThan(1e-6);
  expect(result.maxNormError).toBeLessThan(1e-6);
  expect(result.p50Ms).toBeGreaterThan(0);
  expect(result.p99Ms).toBeGreaterThanOrEqual(result.p50Ms);
  // A worker that stands in for one that left sums its shards: fewer gradients travel.
  expect(result.bytesFromWorkers).toBeGreaterThan((20 * 10 * 4 * 2965) / 3);
  expect(result.coordinator?.answerP50Ms).toBeGreaterThan(0);
  expect(readFileSync(join(folder, 'page.html'), 'utf8')).toContain('<polyline');
  expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain('All limits were kept.');
});

it('names a broken limit and ends with 3', async () => {
  const run = bench(...words('--workers 4 --params 500 --steps 3 --warmup 1 --max-p99-ms 0.001 --max-lost 0'));
  const result = await resultOf(run, 3);
  expect(result.broken).toEqual([{ limit: '--max-p99-ms', wanted: 0.001, got: result.p99Ms }]);
  expect(run.stderr).toContain('limit broken: --max-p99-ms: allowed 0.001');
});

it('ends, and says why, when its coordinator is killed', async () => {
  const run = bench(...words('--workers 4 --params 500 --steps 100000'));
  await run.printed('step 0 of');
  const coordinator = run.workers().find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('coordinator'));
  signal(coordinator ?? -1, 'SIGKILL');
  expect((await run.exit(20_000)).code).toBe(1);
  expect(run.events.at(-1)).toMatchObject({ event: 'error', code: 'LOADTEST_COORDINATOR' });
});

it('loads a coordinator that is there already, with gradients of the norms of another run', async () => {
  const flags = '--data adding --data-length 4 --data-min-length 2 --data-examples 64 --hidden-size 8 --shards 6';
  const train = [...words(flags), ...words('--backend wasm --workers 1 --steps 3 --listen 127.0.0.1:0 --json')];
  await new BridleProcess(['train', ...train, '--record-gradients', 'norms.jsonl'], { cwd: folder }).done();
  const lines = readFileSync(join(folder, 'norms.jsonl'), 'utf8').trim().split('\n');
  const records = lines.map((line) => JSON.parse(line) as { step: number; shard: number; norm: number });
  expect(records.map(({ step, shard }) => `${step}/${shard}`)).toEqual(
    [1, 2, 3].flatMap((step) => [0, 1, 2, 3, 4, 5].map((shard) => `${step}/${shard}`)),
  );
  expect(records.every(({ norm }) => norm > 0)).toBe(true);

  const coordinator = new BridleProcess(
    ['coordinator', ...words(flags), ...words('--steps 100000 --listen 127.0.0.1:0 --json')],
    { cwd: folder },
  );
  const [url = ''] = (await coordinator.event('listening')).urls;
  const run = bench(
    ...['--join', url, '--gradients', 'recorded:norms.jsonl'],
    ...words('--workers 3 --steps 5 --warmup 1 --nan-rate 0.1 --drop-rate 0.05'),
  );
  const result = await resultOf(run, 0);
  expect(result).toMatchObject({ workers: 3, shards: 6, lost: 0, named: null, maxNormError: null });
  // It is on this machine, so its memory and its answers are there to be measured.
  if (process.platform === 'linux') expect(result.coordinator?.rssPeakBytes).toBeGreaterThan(2e7);
  if (process.platform === 'linux') expect(result.coordinator?.answerP50Ms).toBeGreaterThan(0);
  expect(result.stepsPerSecond).toBeGreaterThan(0);
  await coordinator.event('worker-lost');
});
