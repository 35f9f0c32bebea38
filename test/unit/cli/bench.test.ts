// bridle bench: what its flags mean, and what is refused before anything starts.
import { describe, expect, it } from 'vitest';
import { bench, resolveLoad } from '../../../src/cli/bench.js';
import { exchangeShapes } from '../../../src/cli/bench-exchange.js';
import { parseCommandLine, readCommandLine } from '../../../src/config/parse-command-line.js';

const load = (...args: string[]) => resolveLoad(parseCommandLine(['bench', 'clipping', ...args], {}));

describe('the load', () => {
  it('is 100 workers, 100,000 parameters and 50 steps after 5, one shard a worker', () => {
    expect(load()).toMatchObject({
      workers: 100,
      parameters: 100_000,
      steps: 50,
      warmup: 5,
      shards: 100,
      churnRate: 0,
    });
    expect(load('--workers', '7').shards).toBe(7);
    expect(load('--workers', '7', '--shards', '21').shards).toBe(21);
  });

  it('takes kinds of gradients, and the file of recorded ones', () => {
    expect(load('--gradients', 'heavy-tailed').plan.kind).toBe('heavy-tailed');
    expect(load('--gradients', 'recorded:C:norms')).toMatchObject({
      plan: { kind: 'recorded' },
      recordedPath: 'C:norms',
    });
    expect(() => load('--gradients', 'soft')).toThrow(/--gradients must be normal, heavy-tailed/);
    expect(() => load('--nan-rate', '1.1')).toThrow(/--nan-rate must be a number from 0 to 1/);
  });

  it('takes limits, and has none of its own', () => {
    expect(Object.values(load().limits)).toEqual(new Array(6).fill(undefined));
    expect(load('--max-p99-per-tcp', '20', '--max-lost', '0').limits).toMatchObject({ maxP99PerTcp: 20, maxLost: 0 });
  });
});

describe('the rows of bench exchange', () => {
  const rows = (...args: string[]) => exchangeShapes(parseCommandLine(['bench', 'exchange', ...args], {}));

  it('are nine by shared memory, but for what flags fix', () => {
    expect(rows()).toHaveLength(9);
    expect(rows().every(({ payload, dtype }) => payload === 'shm' && dtype === 'f32')).toBe(true);
    expect(rows('--workers', '3', '--params', '1000', '--payload', 'frame', '--wire', 'int8')).toEqual([
      { workers: 3, floats: 1000, payload: 'frame', dtype: 'int8' },
    ]);
  });
});

describe('is refused', () => {
  it('what only an own coordinator has, beside --join', () => {
    expect(() => load('--join', 'ws://127.0.0.1:1', '--params', '9', '--max-rss-mb', '1')).toThrow(
      /--params has no meaning with --join[\s\S]*--max-rss-mb has no meaning/,
    );
    expect(load('--join', 'ws://127.0.0.1:1', '--max-lost', '0').join).toBe('ws://127.0.0.1:1');
  });

  it('a bench without a subject, or with another one', async () => {
    const run = (...args: string[]) =>
      bench(readCommandLine(['bench', ...args], {}), {
        env: {},
        stdout: { write: () => true },
        stderr: { write: () => true },
      });
    await expect(run()).rejects.toThrow(/got nothing: bridle bench clipping, bridle bench step/);
    await expect(run('exchanges')).rejects.toThrow(/got "exchanges"/);
    await expect(run('step', '--nan-rate', '0.1')).rejects.toThrow(/--nan-rate has no meaning for bridle bench step/);
    await expect(run('clipping', '--rounds', '2')).rejects.toThrow(/--rounds has no meaning for bridle bench clipping/);
    await expect(run('clipping', '--wire', 'bf16')).rejects.toThrow(/--wire has no meaning for bridle bench clipping/);
    await expect(run('exchange', '--churn-rate', '1')).rejects.toThrow(
      /--churn-rate has no meaning for bridle bench exchange/,
    );
    await expect(run('step', '--shapes', '5,7,2,3')).rejects.toThrow(/the batch a multiple of 8, got "5,7,2,3"/);
  });
});
