// docs/protocol.md is enough: a worker written from that page carries runs of its own, to the losses of a real worker.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/metrics/events.js';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
const foreign = fileURLToPath(new URL('foreign-worker.mjs', import.meta.url));
const steps = 8;
const common =
  `--steps ${steps} --evaluate-every 0 --save-every 0 --shards 6 --global-batch 26 --learning-rate 0.02 --hidden-size 12 --json --listen 127.0.0.1:0`.split(
    ' ',
  );

interface Said {
  readonly event: string;
  readonly code?: string | number;
}

/** Runs the foreign worker to its end. */
async function runForeign(
  url: string,
  env: Record<string, string> = {},
): Promise<{ exit: number | null; said: Said[] }> {
  const child = spawn(process.execPath, [foreign, url], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: Said[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line) as Said));
  const exit = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { exit, said };
}

type Committed = Extract<RunEvent, { event: 'committed' }>;
const commitsOf = (run: BridleProcess): Committed[] =>
  run.events.filter((event): event is Committed => event.event === 'committed');

async function carryRun(options: string[]): Promise<{ commits: Committed[]; said: Said[] }> {
  const coordinator = new BridleProcess(['coordinator', '--allow-mixed-kernels', ...common, ...options], {
    cwd: folder,
  });
  const { urls } = await coordinator.event('listening');
  const [{ exit, said }, done] = await Promise.all([runForeign(urls[0] ?? ''), coordinator.done()]);
  expect([exit, said.find(({ event }) => event === 'stopped')?.code]).toEqual([0, 'DONE']);
  expect(Object.keys(done.shardsByWorker)).toEqual(['foreign']);
  return { commits: commitsOf(coordinator), said };
}

afterEach(endAll);

describe('a worker written from docs/protocol.md', () => {
  it('shares no code with bridle', () => {
    const importsOf = (path: string): string[] => readFileSync(path, 'utf8').match(/from '[^']+'/g) ?? [];
    expect(importsOf(foreign)).toEqual(
      ['node:crypto', 'node:zlib', 'ws', './foreign-model.mjs'].map((name) => `from '${name}'`),
    );
    expect(importsOf(fileURLToPath(new URL('foreign-model.mjs', import.meta.url)))).toEqual([]);
  });

  it.each([
    [
      'an LSTM of two layers on sequences of unequal length',
      '--data adding --data-length 12 --data-min-length 5 --data-examples 100 --cell lstm --layers 2',
    ],
    [
      'a tanh network on text, with a target at every step',
      '--data text --data-path TEXT --data-length 15 --cell rnn --layers 1',
    ],
  ])('trains %s as a real worker does', async (_name, options) => {
    const text = fileURLToPath(new URL('../../LICENSE', import.meta.url));
    const args = options.split(' ').map((word) => (word === 'TEXT' ? text : word));
    const { commits } = await carryRun(args);
    const real = new BridleProcess(['train', '--workers', '1', '--backend', 'wasm', ...common, ...args], {
      cwd: folder,
    });
    await real.done();
    expect(commits.map(({ step }) => step)).toEqual(Array.from({ length: steps }, (_, i) => i + 1));
    expect(commits.at(-1)?.loss).toBeLessThan(commits[0]?.loss ?? 0);
    commitsOf(real).forEach(({ loss, gradNorm }, i) => {
      expect(Math.abs((commits[i]?.loss ?? 0) / loss - 1), `loss of step ${i + 1}`).toBeLessThan(1e-4);
      expect(Math.abs((commits[i]?.gradNorm ?? 0) / gradNorm - 1), `norm of step ${i + 1}`).toBeLessThan(1e-3);
    });
    // The first step's weights are the same bits: what differs is the gradient's rounding alone.
    expect(Math.abs((commits[0]?.gradNorm ?? 0) / (commitsOf(real)[0]?.gradNorm ?? 1) - 1)).toBeLessThan(1e-5);
  });

  it('is turned away with both kernel ids where bits are promised', async () => {
    const coordinator = new BridleProcess(
      [
        'coordinator',
        '--backend',
        'wasm',
        ...common,
        '--data',
        'adding',
        '--data-length',
        '5',
        '--data-examples',
        '60',
      ],
      {
        cwd: folder,
      },
    );
    const { urls } = await coordinator.event('listening');
    const { exit, said } = await runForeign(urls[0] ?? '');
    expect(exit).toBe(1);
    expect(said.find(({ event }) => event === 'rejected')?.code).toBe('BACKEND_MISMATCH');
    expect(said.at(-1)).toMatchObject({ event: 'closed', code: 4001, reason: 'BACKEND_MISMATCH' });
  });
});
