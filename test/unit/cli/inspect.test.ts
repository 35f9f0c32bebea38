import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { digestState, writeCheckpoint } from '../../../src/checkpoint/checkpoint.js';
import { createRunFolder } from '../../../src/checkpoint/run-folder.js';
import { dispatch } from '../../../src/cli/dispatch.js';
import { layTensors } from '../../../src/tensor/layout.js';

let parent = '';
let runDir = '';
const layout = layTensors([
  { name: 'head.weight', shape: [1, 2], group: 'output' },
  { name: 'head.bias', shape: [1], group: 'bias' },
]);

async function save(step: number): Promise<string> {
  const params = Float32Array.of(3, 4, step);
  const optimizer = { moments: { momentum_buffer: Float32Array.of(0, 2, 0) }, scalars: { step }, histories: {} };
  const digest = digestState(params, optimizer);
  const description = { model: { cell: 'lstm' }, data: { name: 'adding' } };
  const snapshot = {
    runId: 'r',
    step,
    digest,
    digestAlgorithm: 'blocks' as const,
    layout,
    params,
    optimizer,
    kernelId: 'wasm/1',
    metrics: {},
    ...description,
  };
  return (await writeCheckpoint(runDir, { ...snapshot, shardsByWorker: {} })).path;
}

async function inspect(...args: readonly string[]) {
  const written = { stdout: '', stderr: '' };
  const code = await dispatch(['inspect', '--out', parent, ...args], {
    env: {},
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
  });
  return { code, ...written };
}

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'bridle-inspect-'));
  runDir = await createRunFolder(parent, 'adding-lstm', new Date());
  await save(10);
  await save(20);
});
afterAll(() => rm(parent, { recursive: true }));

it('shows the newest checkpoint of the latest run, a given run and a given checkpoint', async () => {
  const latest = await inspect();
  expect(latest).toMatchObject({ code: 0, stderr: '' });
  expect(latest.stdout).toMatch(/^step {8}20$/m);
  expect(latest.stdout).toMatch(/^ {2}head\.weight +\[1, 2\] +output +5\.000 +2\.000$/m);
  expect((await inspect('latest')).stdout).toBe(latest.stdout);
  expect((await inspect(runDir)).stdout).toBe(latest.stdout);
  expect((await inspect(join(runDir, 'checkpoints', 'step-00000010'))).stdout).toMatch(/^step {8}10$/m);
});

it('describes it in one JSON object', async () => {
  const { stdout } = await inspect('--json');
  expect(JSON.parse(stdout)).toMatchObject({
    event: 'inspected',
    step: 20,
    parameters: 3,
    verified: true,
    tensors: [
      { name: 'head.weight', norm: 5, momentNorms: { momentum_buffer: 2 } },
      { name: 'head.bias', norm: 20 },
    ],
  });
});

it('names a damaged checkpoint, and goes back to the one before it only when a run is asked for', async () => {
  const path = await save(30);
  await appendFile(join(path, 'model.safetensors'), 'x');
  expect(await inspect(path)).toMatchObject({
    code: 6,
    stdout: '',
    stderr: expect.stringContaining('error CHECKPOINT_DAMAGED'),
  });
  const run = await inspect();
  expect(run.stdout).toMatch(/^step {8}20$/m);
  expect(run.stderr).toContain('warning CHECKPOINT_DAMAGED');
});

it('says which run or checkpoint is not there', async () => {
  expect(await inspect('nowhere')).toMatchObject({ code: 6, stderr: expect.stringContaining('RUN_NOT_FOUND') });
  const missing = join(runDir, 'checkpoints', 'step-00000099');
  expect(await inspect(missing)).toMatchObject({ code: 6, stderr: expect.stringContaining('CHECKPOINT_MISSING') });
});
