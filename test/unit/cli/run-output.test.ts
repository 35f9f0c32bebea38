import { expect, it } from 'vitest';
import { createRunOutput, type OutputOptions } from '../../../src/cli/output/run-output.js';
import type { CommittedEvent, DoneEvent, RunEvent } from '../../../src/metrics/events.js';

const started: RunEvent = {
  event: 'started',
  runId: 'r1',
  runDir: 'runs/mnist-rows-lstm-1',
  data: 'mnist-rows',
  shards: 8,
  globalBatch: 64,
  parameters: 81_674,
  stepsPerEpoch: 100,
  totalSteps: 200,
  startStep: 0,
  backend: 'wasm',
  execution: 'eager',
  kernelId: 'wasm/1 tfjs-4.22.0 simd',
  generation: 1,
};

function committed(step: number, change: Partial<CommittedEvent> = {}): CommittedEvent {
  return {
    event: 'committed',
    step,
    epoch: Math.ceil(step / 100),
    loss: 2 / step,
    gradNorm: 2.5,
    clippedNorm: 1,
    clipCoefficient: step % 2 === 0 ? 0.4 : 1,
    learningRate: 0.001,
    digest: 'd'.repeat(64),
    sequencesPerSecond: 1234.4,
    replayed: false,
    skipped: false,
    ...change,
  };
}

const done: DoneEvent = {
  event: 'done',
  reason: 'finished',
  step: 200,
  digest: 'abc',
  runDir: 'runs/mnist-rows-lstm-1',
  seconds: 83,
  shardsByWorker: { 'worker-0': 1000, 'worker-1': 600 },
};

const evaluated: RunEvent = {
  event: 'evaluated',
  step: 200,
  epoch: 2,
  split: 'test',
  loss: 0.0912,
  examples: 10_000,
  accuracy: 0.9731,
  best: true,
};

function watch(change: Partial<OutputOptions> & { readonly isTTY?: boolean } = {}) {
  const written = { stdout: '', stderr: '' };
  const time = { ms: 0 };
  const output = createRunOutput({
    command: 'train',
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text), isTTY: change.isTTY ?? false, columns: 120 },
    env: {},
    json: false,
    quiet: false,
    logEvery: 0,
    nowMs: () => time.ms,
    ...change,
  });
  return { output, written, time };
}

it('writes plain lines where there is no terminal', () => {
  const { output, written, time } = watch();
  output.onEvent(started);
  output.onEvent({ event: 'worker-joined', rank: 0, name: 'worker-0', workers: 1 });
  for (let step = 1; step <= 10; step++) {
    time.ms += 500;
    output.onEvent(committed(step));
  }
  output.onEvent({ event: 'worker-lost', rank: 0, name: 'worker-0', reason: 'no heartbeat for 3 s', workers: 0 });
  output.onEvent({ event: 'waiting', reason: 'no worker has joined', seconds: 5 });
  output.onEvent({
    event: 'checkpoint',
    step: 200,
    path: 'runs/mnist-rows-lstm-1/checkpoints/step-00000200',
    bytes: 981_234,
  });
  output.onEvent(evaluated);
  output.onEvent({ event: 'warning', code: 'MIXED_KERNELS', message: 'careful' });
  output.finish(done);
  expect(written.stdout).toMatchInlineSnapshot(`
    "run runs/mnist-rows-lstm-1: mnist-rows, 81,674 parameters
    global batch 64 in 8 shards, 100 steps an epoch, 200 in all
    backend wasm, eager; kernel id wasm/1 tfjs-4.22.0 simd
    worker 0 joined (worker-0), now 1 worker
    step 1/200  epoch 1/2  loss 2.000  norm 2.500 -> 1.000  clipped 0 %  1,234 sequences/s  1 worker
    step 5/200  epoch 1/2  loss 0.9133  norm 2.500 -> 1.000  clipped 40 %  1,234 sequences/s  1 worker  ETA 1:38
    step 10/200  epoch 1/2  loss 0.5858  norm 2.500 -> 1.000  clipped 50 %  1,234 sequences/s  1 worker  ETA 1:35
    worker 0 lost (worker-0): no heartbeat for 3 s, now 0 workers
    waiting since 5 s: no worker has joined
    checkpoint after step 200: runs/mnist-rows-lstm-1/checkpoints/step-00000200 (958.2 KiB)
    evaluated after step 200 (epoch 2): accuracy 97.31 %, loss 0.09120 on 10,000 examples (test), best so far
    done: accuracy 97.31 % after 200 steps in 1:23
      run folder  runs/mnist-rows-lstm-1
      digest      abc
      computed    worker-0 1,000 shards, worker-1 600 shards
    next:
      bridle inspect runs/mnist-rows-lstm-1                    show and verify the newest checkpoint
      bridle train --resume runs/mnist-rows-lstm-1 --epochs N  train longer
      the same command, --workers N                            other workers, the same digest
    "
  `);
  expect(written.stderr).toBe('warning MIXED_KERNELS: careful\n');
});

it('redraws one line on a terminal, at most ten times a second, and clears it before other lines', () => {
  const { output, written, time } = watch({ isTTY: true });
  output.onEvent(started);
  for (let step = 1; step <= 60; step++) {
    time.ms += 10;
    output.onEvent(committed(step));
  }
  const draws = written.stderr.split('\r\u001b[2K').filter(Boolean);
  expect(draws.length).toBeLessThanOrEqual(7);
  expect(draws.at(-1)).toMatchInlineSnapshot(
    `"60/200 ━━━━━━──────────────  epoch 1/2  loss 0.1560  norm 2.500 → 1.000  clipped 50 %  1,234 sequences/s  0 workers"`,
  );
  output.onEvent(evaluated);
  output.finish(done);
  expect(written.stderr.endsWith('\r\u001b[2K')).toBe(true);
  expect(written.stdout).not.toContain('step 60');
});

it('never draws a line wider than the terminal', () => {
  for (const columns of [10, 40, 60, 80]) {
    let written = '';
    const { output } = watch({ stderr: { write: (text) => (written += text), isTTY: true, columns } });
    output.onEvent(started);
    output.onEvent(committed(1));
    for (const draw of written.split('\r\u001b[2K')) expect(draw.length).toBeLessThan(columns);
  }
});

it('takes 80 columns where the terminal does not know its width', () => {
  let written = '';
  const { output } = watch({ stderr: { write: (text) => (written += text), isTTY: true, columns: 0 } });
  output.onEvent(started);
  output.onEvent(committed(1));
  output.finish(done);
  expect(written).toContain('before the first step');
});

it('draws nothing in CI, on a dumb terminal, or when quiet', () => {
  for (const change of [{ env: { CI: 'true' } }, { env: { TERM: 'dumb' } }, { quiet: true }]) {
    const { output, written } = watch({ isTTY: true, ...change });
    output.onEvent(started);
    output.onEvent(committed(1));
    expect(written.stderr).toBe('');
  }
});

it('writes every event as JSON on stdout and everything for people on stderr, numbers that are not finite as strings', () => {
  const { output, written } = watch({ json: true });
  const events = [started, committed(1, { loss: NaN, gradNorm: Infinity }), evaluated];
  for (const event of events) output.onEvent(event);
  output.onEvent(done);
  output.finish(done);
  const lines = written.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent);
  expect(lines.map(({ event }) => event)).toEqual(['started', 'committed', 'evaluated', 'done']);
  expect(lines[1]).toMatchObject({ loss: 'NaN', gradNorm: 'Infinity', clippedNorm: 1 });
  expect(written.stderr).toContain('accuracy 97.31 %');
});

it('is silent but for warnings when quiet', () => {
  const { output, written } = watch({ quiet: true });
  for (const event of [started, committed(1), evaluated]) output.onEvent(event);
  output.onEvent({ event: 'warning', code: 'W', message: 'careful' });
  output.finish(done);
  expect(written).toEqual({ stdout: '', stderr: 'warning W: careful\n' });
});

it('starts the means anew with each epoch', () => {
  const { output, written } = watch({ logEvery: 1 });
  output.onEvent(started);
  output.onEvent(committed(99, { loss: 10 }));
  output.onEvent(committed(100, { loss: 20 }));
  output.onEvent(committed(101, { loss: 3 }));
  const losses = [...written.stdout.matchAll(/loss (\S+)/g)].map(([, loss]) => Number(loss));
  expect(losses).toEqual([10, 15, 3]);
});

it('says how to go on after a stop', () => {
  const { output, written } = watch();
  output.onEvent(started);
  output.finish({ ...done, reason: 'stopped', step: 57 });
  expect(written.stdout).toContain('stopped and saved after 57 steps');
  expect(written.stdout).toContain('bridle train --resume runs/mnist-rows-lstm-1');
});
