// Runs of real processes whose numbers explode: they stop with the right code and unharmed checkpoints, or go on as they were told.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { newestCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { layoutOfModel } from '../../src/params/layout-of-model.js';
import { encodeSafetensors } from '../../src/tensor/safetensors.js';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
const common =
  '--data adding --data-length 12 --data-examples 60 --cell rnn --layers 1 --hidden-size 8 --backend wasm --evaluate-every 0 --optimizer sgd --listen 127.0.0.1:0 --json';

function train(workers: number, flags: string): BridleProcess {
  const args = `train ${common} --workers ${workers} --min-workers ${workers} ${flags}`;
  return new BridleProcess(args.split(' '), { cwd: folder });
}

/** The digests of a run's steps, by step. */
function committed(run: BridleProcess): string[] {
  return run.events.flatMap((event) => (event.event === 'committed' ? [event.digest] : []));
}

afterEach(endAll);

describe('a run whose weights explode', () => {
  it.each([
    // After one update the weights are about 1e30, and the next gradient is too large; at 3e38 the weights themselves are.
    [
      '1e30',
      'GRADIENT_NOT_FINITE',
      /Step 1, shard \d \(example ids \d+(, \d+)*\): the gradient of rnn\.\w+ is not finite, say the workers of rank \d and \d/,
      1,
    ],
    [
      '3e38',
      'WEIGHTS_NOT_FINITE',
      /Step 1: the weights are no longer finite after the update \(gradient norm [\d.]+, learning rate 3e\+38\)/,
      0,
    ],
  ])(
    'at a learning rate of %s stops with %s, and its last checkpoint is finite',
    async (rate, code, message, lastStep) => {
      const run = train(2, `--global-batch 30 --shards 4 --steps 9 --save-every 1 --clip none --learning-rate ${rate}`);
      expect((await run.exit()).code).toBe(4);
      expect(run.events.at(-1)).toMatchObject({ event: 'error', code, message: expect.stringMatching(message) });
      expect(committed(run)).toHaveLength(lastStep);
      const started = run.events.find((event) => event.event === 'started');
      const runDir = resolve(folder, started?.event === 'started' ? started.runDir : '');
      const { snapshot } = await newestCheckpoint(runDir);
      expect(snapshot.step).toBe(lastStep);
      expect(snapshot.params.every((value) => Number.isFinite(value))).toBe(true);
    },
  );
});

describe('a shard whose gradient is not finite', () => {
  // All weights are 0 but the head's: each row adds 2 * 1.5e18 * 1.5e19 = 4.5e37 to the gradient of the recurrent biases.
  // Shard 0 has 7 rows, 3.15e38; shard 1 has 8, 3.6e38, and the largest float32 is 3.4e38.
  const huge = join(folder, 'huge.safetensors');
  const layout = layoutOfModel({
    cell: 'rnn',
    layers: 1,
    inputs: 'dense',
    inputSize: 2,
    hiddenSize: 8,
    outputSize: 1,
    loss: 'squared-error',
    targetsPer: 'sequence',
  });
  const valueOf = (name: string): number => (name === 'head.weight' ? 1.5e19 : name === 'head.bias' ? 1.5e18 : 0);
  writeFileSync(
    huge,
    encodeSafetensors(
      layout.tensors.map(({ name, shape, size }) => ({
        name,
        shape,
        values: new Float32Array(size).fill(valueOf(name)),
      })),
    ),
  );
  const run = (workers: number, policy: string): BridleProcess =>
    train(
      workers,
      `--global-batch 15 --shards 2 --steps 4 --learning-rate 1e-30 --init-from ${huge} --on-nonfinite ${policy}`,
    );

  it('is computed once more by the other worker, and stops the run', async () => {
    const stopped = run(2, 'recompute');
    expect((await stopped.exit()).code).toBe(4);
    const flaws = stopped.events.filter((event) => event.event === 'non-finite');
    expect(flaws).toMatchObject([
      { step: 0, shard: 1, layer: 'rnn.bias_ih_l0', reaction: 'recompute' },
      { step: 0, shard: 1, layer: 'rnn.bias_ih_l0', reaction: 'stop' },
    ]);
    expect(new Set(flaws.map((event) => (event.event === 'non-finite' ? event.rank : -1))).size).toBe(2);
    expect(stopped.events.at(-1)).toMatchObject({ event: 'error', code: 'GRADIENT_NOT_FINITE' });
  });

  it('is left out by --on-nonfinite exclude, with the same bits for one worker and two', async () => {
    const [one, two] = [run(1, 'exclude'), run(2, 'exclude')];
    expect((await two.done()).digest).toBe((await one.done()).digest);
    expect(committed(two)).toEqual(committed(one));
    expect(two.events.filter((event) => event.event === 'committed')).toMatchObject(
      Array.from({ length: 4 }, () => ({ skipped: false, clippedNorm: expect.closeTo(1) })),
    );
    expect(two.events.filter((event) => event.event === 'non-finite')).toMatchObject(
      Array.from({ length: 4 }, (_, step) => ({ step, shard: 1, reaction: 'exclude' })),
    );
  });

  it('has its step left out by --on-nonfinite skip: the weights stay as they were', async () => {
    const skipped = run(2, 'skip');
    const { digest, step } = await skipped.done();
    expect(step).toBe(4);
    expect(new Set(committed(skipped))).toEqual(new Set([digest]));
    expect(skipped.events.filter((event) => event.event === 'committed')).toMatchObject(
      Array.from({ length: 4 }, () => ({ skipped: true })),
    );
  });
});
