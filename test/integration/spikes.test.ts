// A spike planted in the data: found at the same step whoever computes, answered as asked, kept for a replay; and adaptive clipping
// with it, to the same bits for any number of workers and after a kill.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SpikeEvent } from '../../src/metrics/events.js';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
const steps = 100;
const common = `--data text --data-path text.txt --data-length 32 --cell rnn --hidden-size 8 --backend wasm --global-batch 4 --shards 4 --steps ${steps} --lr 0.02 --evaluate-every 0 --spike-factor 3 --listen 127.0.0.1:0 --json`;
const adaptive = '--clip percentile:50:30 --clip zscore --clip agc:0.5 --on-spike rollback --rollback-every 20';

beforeAll(() => {
  const lines = Array.from({ length: 200 }, (_, i) =>
    i === 150 ? 'zqxjkvbpygfwmucldrhsnioat eb%&!!' : 'ab'.repeat(16),
  );
  writeFileSync(join(folder, 'text.txt'), lines.join(''));
});
afterEach(endAll);

function start(flags: string): BridleProcess {
  return new BridleProcess(`train ${common} ${flags}`.split(' '), { cwd: folder });
}

function spikesOf(run: BridleProcess): SpikeEvent[] {
  return run.events.filter((event) => event.event === 'spike');
}

async function replay(path: string): Promise<Record<string, unknown>> {
  const main = resolve(import.meta.dirname, '../../dist/cli/main.js');
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'replay', path, '--json'], { cwd: folder });
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('a planted spike', () => {
  it('has the same bits for 1 and 5 workers, and for 2 that are killed and 3 that go on, with rollback and adaptive clipping', async () => {
    const several = [1, 5].map((workers) => start(`${adaptive} --workers ${workers}`)); // one more than shards
    const [digest, other] = await Promise.all(several.map(async (run) => (await run.done()).digest));
    expect(other).toBe(digest);
    for (const run of several) expect(spikesOf(run)).toMatchObject([{ step: 82, reaction: 'rollback', toStep: 80 }]);

    const killed = start(`${adaptive} --workers 2 --save-every 7 --steps 150`);
    await killed.event('checkpoint', ({ step }) => step === 84); // between the rollback and the next state put by
    await killed.event('committed', ({ step }) => step >= 86);
    killed.child.kill('SIGKILL');
    await killed.exit();
    const { runDir } = await killed.event('started');
    const resumed = new BridleProcess(['train', '--resume', resolve(folder, runDir), '--workers', '3', '--json'], {
      cwd: folder,
    });
    expect((await resumed.event('committed', ({ step }) => step === steps)).digest).toBe(digest);
    await resumed.done();
  });

  it.each(['cut', 'skip'] as const)('is answered by %s, and the run goes on', async (reaction) => {
    const run = start(`--on-spike ${reaction} --workers 1`);
    await run.done();
    expect(spikesOf(run)).toMatchObject([{ step: 82, reaction, learningRate: reaction === 'cut' ? 0.01 : 0.02 }]);
    const rates = run.events.flatMap((event) => (event.event === 'committed' ? [event.learningRate] : []));
    expect(rates.slice(80)).toEqual(rates.slice(80).map((_, i) => (reaction === 'cut' && i >= 1 ? 0.01 : 0.02)));
    const skipped = run.events.flatMap((event) => (event.event === 'committed' && event.skipped ? [event.step] : []));
    expect(skipped).toEqual(reaction === 'skip' ? [82] : []);
  });

  it('is kept with its batch, and replayed alone', async () => {
    const run = start('--on-spike report --save-spikes --workers 2');
    await run.done();
    const [spike] = spikesOf(run);
    const { path } = await run.event('step-saved', ({ reason }) => reason === 'spike');
    const committed = await run.event('committed', ({ step }) => step === 82);
    const report = await replay(resolve(folder, path));
    expect(report).toMatchObject({ step: 82, reason: 'spike', gradNorm: spike?.gradNorm });
    expect(report).not.toHaveProperty('firstBreak');
    expect((report.loss as number) / committed.loss).toBeCloseTo(1, 5);
  });
});

it('keeps the step whose gradient is not finite before the run stops, and the replay names what breaks', async () => {
  const run = start('--on-spike report --save-spikes --workers 2 --cell relu --recurrent-initializer orthogonal:1e4');
  expect((await run.exit()).code).toBe(4);
  const { path } = await run.event('step-saved', ({ reason }) => reason === 'non-finite');
  const { firstBreak, recomputed } = await replay(resolve(folder, path));
  expect(recomputed).toMatchObject({ isSame: true, gradNorm: 'NaN' });
  // h grows ten thousandfold a step: 3.4e38 is passed after nine or ten
  expect(firstBreak).toMatchObject({ phase: 'forward', layer: 0, value: 'Infinity' }); // as JSON has it
  expect((firstBreak as { timeStep: number }).timeStep).toBeGreaterThan(7);
  expect((firstBreak as { timeStep: number }).timeStep).toBeLessThan(13);
});
