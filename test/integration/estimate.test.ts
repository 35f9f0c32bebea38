// bridle estimate beside real runs: bytes as they pass a socket, memory as the system counts it, and what is refused.
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunEstimate } from '../../src/estimate/estimate-run.js';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { startFaultProxy } from './support/fault-proxy.js';
import { tempFolder } from './support/temp-folder.js';

const root = resolve(import.meta.dirname, '../..');
const folder = tempFolder();
afterEach(endAll);

const model = '--data adding --data-length 20 --data-examples 192 --hidden-size 64 --backend native'.split(' ');

async function estimate(...args: string[]): Promise<RunEstimate> {
  const run = new BridleProcess(['estimate', ...args, '--json'], { cwd: root });
  expect(await run.exit()).toMatchObject({ code: 0 });
  expect(run.events).toHaveLength(1);
  return run.events[0] as unknown as RunEstimate;
}

/** Runs a coordinator and a worker that reaches it through a proxy; returns the bytes that passed. */
async function passed(of: readonly string[], steps: number): Promise<{ up: number; down: number }> {
  const flags = [
    ...of,
    '--evaluate-every',
    '0',
    '--steps',
    String(steps),
    '--payload',
    'frame',
    '--listen',
    '127.0.0.1:0',
    '--json',
  ];
  const coordinator = new BridleProcess(['coordinator', ...flags, '--out', folder], { cwd: root });
  const { urls } = await coordinator.event('listening');
  const proxy = await startFaultProxy(Number(new URL(urls[0] ?? '').port), () => Infinity);
  try {
    const joining = ['--join', `ws://127.0.0.1:${proxy.port}`, '--workers', '1', ...backendOf(of)];
    const worker = new BridleProcess(['worker', ...joining, '--payload', 'frame', '--json'], { cwd: folder });
    await coordinator.done();
    await worker.exit();
    return { ...proxy.passed };
  } finally {
    await proxy.close();
  }
}

function backendOf(flags: readonly string[]): readonly string[] {
  return flags.slice(flags.indexOf('--backend'));
}

describe('bridle estimate', () => {
  const normalised = [
    ...model.slice(0, -2),
    ...'--data-length 3 --global-batch 16 --norm batch --backend wasm --execution eager'.split(' '),
  ];
  it.each([
    ['', model, 5, 45],
    [', rounds of batch normalisation included,', normalised, 2, 6],
  ])('counts the bytes of a step%s as they pass a socket', async (_name, of, least, most) => {
    const steps = ['--steps', String(most), '--workers', '1', '--no-measure'];
    const { bytesPerStep, parameters } = await estimate(...of, ...steps);
    const [few, many] = [await passed(of, least), await passed(of, most)];
    const perStep = { up: (many.up - few.up) / (most - least), down: (many.down - few.down) / (most - least) };
    // Besides steps there are heartbeats, at most five a second.
    expect(parameters).toBeGreaterThan(10_000);
    expect(Math.abs(perStep.up / bytesPerStep[0]!.up - 1)).toBeLessThan(0.001);
    expect(Math.abs(perStep.down / bytesPerStep[0]!.down - 1)).toBeLessThan(0.001);
  });

  it('is near the memory that a run takes, says how long it will take, and leaves nothing behind', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('bridle-estimate-'));
    const found = await estimate(
      ...model,
      '--data-length',
      '100',
      '--hidden-size',
      '256',
      '--epochs',
      '10',
      '--workers',
      '2',
    );
    const { measured, memory, totalSteps, evaluations, seconds, stepsPerEpoch } = found;
    expect(measured).toMatchObject({ workers: 2, steps: 3, kernelId: expect.stringContaining('native') });
    expect([stepsPerEpoch, totalSteps, evaluations]).toEqual([3, 30, 10]);
    expect(memory.coordinatorBytes / measured!.coordinatorBytes!).toBeGreaterThan(0.6);
    expect(memory.coordinatorBytes / measured!.coordinatorBytes!).toBeLessThan(1.6);
    expect(memory.workerBytes / measured!.workerBytes!).toBeGreaterThan(0.7);
    expect(memory.workerBytes / measured!.workerBytes!).toBeLessThan(1.4);
    const parts = measured!.startMs + 30 * measured!.stepMs! + 10 * measured!.evaluationMs!;
    expect(seconds).toBeCloseTo(parts / 1000);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('bridle-estimate-'))).toEqual(before);
  });

  it('estimates a run on a module of data without running it', async () => {
    const run = new BridleProcess(
      [
        'estimate',
        '--data',
        join(root, 'examples', 'own-data', 'data.mjs'),
        '--no-measure',
        '--workers',
        '2',
        '--verbose',
        '--json',
      ],
      { cwd: root },
    );
    expect(await run.exit()).toMatchObject({ code: 0 });
    expect(run.events).toMatchObject([
      { examples: { train: 1000, valid: 100, test: 100 }, bytesPerStep: [{}, {}], notCounted: [] },
    ]);
  });

  it('refuses what the run would refuse, with its code', async () => {
    const run = new BridleProcess(['estimate', '--data', 'text', '--data-path', 'none.txt', '--json'], { cwd: folder });
    expect(await run.exit()).toMatchObject({ code: 2 });
    expect(run.report()).toContain('FILE_UNREADABLE');
  });
});
