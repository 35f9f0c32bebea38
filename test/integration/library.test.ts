// The library in a program of its own: the pages' code is compiled strictly and run, and what train() promises is held.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs', 'library.md'), 'utf8');
const blocks = Array.from(page.matchAll(/^```js\n([\s\S]*?)^```/gm), ([, block = '']) => block);
let project = '';

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'bridle-library-'));
  mkdirSync(join(project, 'node_modules', '@types'), { recursive: true });
  symlinkSync(root, join(project, 'node_modules', 'bridle'));
  symlinkSync(join(root, 'node_modules', '@types', 'node'), join(project, 'node_modules', '@types', 'node'));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** Runs a program to its end; fails when it does not end by itself with code 0. */
async function run(name: string, text: string): Promise<{ stdout: string; stderr: string }> {
  writeFileSync(join(project, name), text);
  return promisify(execFile)(process.execPath, [name], { cwd: project, timeout: 60_000 });
}

async function result(text: string): Promise<Record<string, unknown>> {
  const { stdout } = await run('program.mjs', text);
  return JSON.parse(stdout) as Record<string, unknown>;
}

const small = `{ data: { name: 'adding', length: 8 }, hiddenSize: 4, steps: 4, workers: 1, evaluateEvery: 0, globalBatch: 8 }`;

describe('docs/library.md', () => {
  it('shows programs that run, in order, and print nothing but what they say', async () => {
    expect(blocks).toHaveLength(6);
    const outputs: string[] = [];
    for (const [index, block] of blocks.entries()) {
      const { stdout, stderr } = await run(`block-${index}.mjs`, block);
      expect(stderr).toBe('');
      outputs.push(stdout);
    }
    expect(outputs[0]).toMatch(/^1 \d\.\d{4} \d+\.\d{3}\n[\s\S]*20 .*\n\w{16,} .*step-00000020 \d/);
    expect(outputs[1]).toMatch(/^stopped after step \d+\nUSAGE 2 2 problems/);
    expect(outputs[2]).toMatch(/^runs\/adding-lstm-\S+ 8 \w{16,}\n/);
    expect(outputs[3]).toMatch(/^-?\d+\.\d\d\n\d\.\d{4} on \d+ examples\n$/);
    const [first, second] = (outputs[4] ?? '').trim().split('\n');
    expect(first).not.toBe(second);
    expect(outputs[5]).toMatch(/^6 \w{16,}\n$/);
  });

  it('shows programs that are sound under strict types', async () => {
    for (const [index, block] of blocks.entries()) writeFileSync(join(project, `block-${index}.mts`), block);
    const wrong = `import { defineConfig } from 'bridle';\n// @ts-expect-error no such key\ndefineConfig({ hidenSize: 3 });\n// @ts-expect-error no such data set\ndefineConfig({ data: { name: 'mnst' } });\n// @ts-expect-error clip has no such key\ndefineConfig({ clip: { max: 3 } });\nimport { defineData } from 'bridle/data';\n// @ts-expect-error no such kind\ndefineConfig({ data: defineData({ inputs: { kind: 'image' }, targets: { kind: 'value', size: 1, per: 'step' }, train: [], test: [] }) });\n`;
    writeFileSync(join(project, 'wrong.mts'), wrong);
    const compilerOptions = {
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true },
      ...{ module: 'nodenext', target: 'es2022', lib: ['es2023'], types: ['node'] },
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.mts'] }));
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', project]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });
});

describe('train()', () => {
  it('leaves the process alone, and runs at once do not mix: one digest for one and two workers', async () => {
    const told = await result(`
      import { train } from 'bridle';
      const names = ['SIGINT', 'SIGTERM', 'exit', 'uncaughtException', 'unhandledRejection', 'beforeExit'];
      const handlers = () => names.map((name) => process.listenerCount(name)).join();
      const before = handlers();
      const runs = [train(${small}), train({ ...${small}, seed: 7 }), train({ ...${small}, workers: 2 })];
      let during = '';
      const events = [];
      for await (const event of runs[0]) { events.push(event.event); during = handlers(); }
      const results = await Promise.all(runs.map((run) => run.result));
      console.log(JSON.stringify({ before, during, after: handlers(), events, digests: results.map((r) => r.digest), folders: new Set(results.map((r) => r.runDir)).size }));`);
    expect(told).toMatchObject({ folders: 3, during: told['before'], after: told['before'] });
    const [one, other, again] = told['digests'] as string[];
    expect(again).toBe(one);
    expect(other).not.toBe(one);
    expect((told['events'] as string[]).filter((name) => name === 'committed')).toHaveLength(4);
    expect((told['events'] as string[]).at(-1)).toBe('done');
  });

  it('rejects with the coded error, throws it in the loop, and never as an unhandled rejection', async () => {
    const told = await result(`
      import { train } from 'bridle';
      const run = train({ hidenSize: 3, lr: 1, steps: 'many' });
      const seen = [];
      let thrown;
      try { for await (const event of run) seen.push(event); } catch (error) { thrown = error; }
      const later = train(null);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const second = await later.result.catch((error) => error.code);
      console.log(JSON.stringify({ code: thrown.code, exit: thrown.exitCode, message: thrown.message, seen, second }));`);
    expect(told).toMatchObject({
      code: 'USAGE',
      exit: 2,
      second: 'FLAG_VALUE',
      seen: [{ event: 'error', code: 'USAGE' }],
    });
    expect(told['message']).toMatch(/config: "hidenSize" .*hiddenSize\?\n.*learningRate\?\n.*config: steps must be/);
  });

  it('stops the run when a listener throws, with its error', async () => {
    const told = await result(`
      import { train, readRun } from 'bridle';
      const boom = (event) => { if (event.event === 'committed') throw new Error('boom'); };
      const message = await train({ ...${small}, steps: 100000 }, { onEvent: boom }).result.catch((error) => error.message);
      const { checkpoints, commits, record } = await readRun('runs/latest');
      console.log(JSON.stringify({ message, saved: checkpoints[0].step === commits.at(-1).step, isLast: checkpoints[0].isLast, command: record.command }));`);
    expect(told).toEqual({ message: 'boom', saved: true, isLast: true, command: ['bridle', 'library'] });
  });

  it('takes data that are a value, goes on with them and scores them; a command cannot', async () => {
    const told = await result(`
      import { defineData, evaluate, train } from 'bridle';
      const split = [{ inputs: [[1], [2]], targets: 1 }, { inputs: [[2]], targets: 0 }];
      const data = defineData({
        inputs: { kind: 'dense', features: 1 }, targets: { kind: 'class', classes: 2, per: 'sequence' }, train: split, test: split,
      });
      const config = { hiddenSize: 4, globalBatch: 2, workers: 1 };
      const { runDir } = await train({ ...config, data, steps: 2 }).result;
      const failure = (run) => run.catch((error) => error.code);
      const codes = [
        await failure(train({ resume: runDir, steps: 3 }).result),
        await failure(evaluate(runDir)),
        await failure(train({ ...config, data: { inputs: 3 } }).result),
        await failure(train({ ...config, data: () => { throw new Error('none'); } }).result),
      ];
      const { step, metrics } = await train({ resume: runDir, data, steps: 3 }).result;
      const { loss } = await evaluate(runDir, { data });
      console.log(JSON.stringify({ codes, step, isSame: loss === metrics.evaluation.loss }));`);
    const codes = ['DATA_PROGRAM', 'DATA_PROGRAM', 'DATA_DEFINITION', 'DATA_FAILED'];
    expect(told).toEqual({ codes, step: 3, isSame: true });
  });

  it('stops before it starts when the signal is aborted already', async () => {
    const told = await result(`
      import { train } from 'bridle';
      const { reason, step } = await train(${small}, { signal: AbortSignal.abort() }).result;
      console.log(JSON.stringify({ reason, step }));`);
    expect(told).toEqual({ reason: 'stopped', step: 0 });
  });
});

describe('coordinate() and work()', () => {
  it('come to the digest of train(), and leave the run when they are told to', async () => {
    const told = await result(`
      import { coordinate, train, work } from 'bridle';
      const { digest } = await train(${small}).result;
      const { workers, ...config } = ${small};
      const run = coordinate({ ...config, minWorkers: 2, listen: '127.0.0.1:0' });
      let joined;
      const seen = [];
      for await (const event of run) {
        seen.push(event.event);
        if (event.event === 'listening') joined = work({ join: event.urls[0], workers: 2 });
      }
      const [leave, stop] = [new AbortController(), new AbortController()];
      const endless = coordinate({ ...config, steps: 100000, listen: '127.0.0.1:0' }, { signal: stop.signal });
      let left;
      for await (const event of endless) {
        if (event.event === 'listening') left = work({ join: event.urls[0], workers: 1 }, { signal: leave.signal });
        if (event.event === 'committed') leave.abort();
        if (event.event === 'worker-lost') break;
      }
      const afterLeaving = await left.result;
      stop.abort();
      const { reason } = await endless.result;
      const failure = await work({ join: '127.0.0.1', seed: 3 }).result.catch((error) => error.code);
      console.log(JSON.stringify({
        isSame: (await run.result).digest === digest, reason, worked: await joined.result, afterLeaving, failure,
        joins: seen.filter((name) => name === 'worker-joined').length,
      }));`);
    expect(told).toEqual({
      isSame: true,
      reason: 'stopped',
      worked: { reason: 'finished' },
      afterLeaving: { reason: 'stopped' },
      failure: 'CONFIG_KEY',
      joins: 2,
    });
  });
});
