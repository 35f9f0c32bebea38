// Disks that fill, checkpoints that rot, processes that freeze: a clear message, the right code, and nothing lost.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { BridleProcess, endAll, signal } from './support/bridle-process.js';
import { isRunning } from './support/marked-processes.js';
import { tempFolder } from './support/temp-folder.js';
import { untilSome } from './support/until.js';

const folder = tempFolder();
const common = [
  '--data adding --data-length 10 --data-examples 150 --hidden-size 8 --global-batch 32 --shards 4 --backend wasm',
  '--steps 9 --evaluate-every 0 --save-every 3 --listen 127.0.0.1:0 --json',
].flatMap((text) => text.split(' '));

function train(...more: string[]): BridleProcess {
  return new BridleProcess(['train', ...common, '--workers', '1', ...more], { cwd: folder });
}

function resume(out: string, ...more: string[]): BridleProcess {
  const args = ['train', '--resume', '--out', out, '--workers', '1', '--listen', '127.0.0.1:0', '--json', ...more];
  return new BridleProcess(args, { cwd: folder });
}

function runFolder(out: string): string {
  return join(out, readFileSync(join(out, 'latest'), 'utf8').trim());
}

function flipBit(path: string, place?: number): void {
  const bytes = readFileSync(path);
  const at = place ?? Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

let known: Promise<string> | undefined;
/** The digest that all nine steps come to. */
const reference = (): Promise<string> =>
  (known ??= train()
    .done()
    .then(({ digest }) => digest));

/** Stops a run after some steps; returns its folder. */
async function stoppedRun(out: string): Promise<string> {
  await train('--out', out, '--steps', '7').done();
  return runFolder(out);
}

afterEach(endAll);

describe('a damaged checkpoint', () => {
  it('is named, and the run goes on from the one before it to the same digest', async () => {
    const out = join(folder, 'rotten');
    const runDir = await stoppedRun(out);
    const newest = join(runDir, 'checkpoints', 'step-00000007');
    flipBit(join(newest, 'optimizer.safetensors'));
    const before = join(runDir, 'checkpoints', 'step-00000006');
    truncateSync(join(before, 'model.safetensors'), 100);
    const run = resume(out, '--steps', '9');
    expect((await run.done()).digest).toBe(await reference());
    const warnings = run.events.filter((event) => event.event === 'warning' && event.code === 'CHECKPOINT_DAMAGED');
    expect(JSON.stringify(warnings)).toContain(newest);
    expect(JSON.stringify(warnings)).toContain(before);
    expect(run.events.find((event) => event.event === 'started')).toMatchObject({ startStep: 3 });
  });

  it('ends with code 6 when no checkpoint is whole', async () => {
    const out = join(folder, 'all-rotten');
    const runDir = await stoppedRun(out);
    for (const step of readdirSync(join(runDir, 'checkpoints'), { withFileTypes: true })) {
      if (step.isDirectory()) flipBit(join(runDir, 'checkpoints', step.name, 'model.safetensors'));
    }
    const run = resume(out, '--steps', '9');
    expect((await run.exit()).code).toBe(6);
    expect(run.stderr).toContain('CHECKPOINT_DAMAGED');
  });
});

describe('the commit log', () => {
  it('may have a torn tail: it is cut, and the steps are computed again', async () => {
    const out = join(folder, 'torn');
    const runDir = await stoppedRun(out);
    const log = join(runDir, 'commits.jsonl');
    truncateSync(log, statSync(log).size - 10);
    // The checkpoint of step 7 is newer than what is left of the log: the run goes on from the one before it.
    flipBit(join(runDir, 'checkpoints', 'step-00000007', 'model.safetensors'));
    expect((await resume(out, '--steps', '9').done()).digest).toBe(await reference());
  });

  it('is refused with line and offset when it was damaged before its end', async () => {
    const out = join(folder, 'log');
    const runDir = await stoppedRun(out);
    const log = join(runDir, 'commits.jsonl');
    const stepOne = readFileSync(log).indexOf('\n') + 1;
    flipBit(log, stepOne + 10); // the first record is a group of its own, and the next group says that it was on disk
    const run = resume(out, '--steps', '9');
    expect((await run.exit()).code).toBe(6);
    expect(run.stderr).toMatch(new RegExp(`LOG_DAMAGED.*line 2 at byte ${stepOne},`, 's'));
  });

  it('catches a run that comes out otherwise when it is repeated', async () => {
    const out = join(folder, 'otherwise');
    const first = train('--out', out, '--steps', '400', '--save-every', '0');
    await first.event('committed', (event) => event.step === 5);
    first.child.kill('SIGKILL');
    await first.exit();
    const config = join(runFolder(out), 'config.yaml');
    writeFileSync(config, readFileSync(config, 'utf8').replace(/^  learningRate: .*$/m, '  learningRate: 0.5'));
    const run = resume(out, '--steps', '9');
    expect((await run.exit()).code).toBe(6);
    expect(run.stderr).toContain('REPLAY_MISMATCH');
  });
});

const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
it.skipIf(!canMount)(
  'a full disk stops the run with code 6, and names the last good checkpoint, which resumes',
  async () => {
    const out = join(folder, 'full');
    mkdirSync(out);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=220k', 'tmpfs', out]);
    expect(mounted.status).toBe(0);
    try {
      const run = train('--out', out, '--steps', '4000', '--save-every', '40', '--keep', '1000');
      expect((await run.exit()).code).toBe(6);
      expect(run.stderr).toContain('DISK_FULL');
      expect(run.stderr).toContain('step-');
      expect(spawnSync('mount', ['-o', 'remount,size=64m', out]).status).toBe(0);
      const last = run.events.findLast((event) => event.event === 'committed');
      const again = resume(out, '--steps', '400');
      const done = await again.done();
      expect(done.step).toBe(Math.max(400, last?.event === 'committed' ? Math.min(400, last.step) : 0));
    } finally {
      await endAll();
      spawnSync('umount', ['-l', out]);
    }
  },
);

it('two coordinators never share a run folder: the second one names the first', async () => {
  const out = join(folder, 'shared');
  const first = train('--out', out, '--steps', '100000');
  await first.event('committed');
  const second = resume(out, '--steps', '100000');
  expect((await second.exit()).code).toBe(6);
  expect(second.stderr).toContain(`${first.child.pid}`);
  expect(second.stderr).toContain('RUN_IN_USE');
});

it('a second Ctrl-C stops at once, frozen workers too, and the run can be resumed', async () => {
  const out = join(folder, 'twice');
  const run = train('--out', out, '--steps', '100000');
  await run.event('committed', (event) => event.step === 5);
  const frozen = run.workers();
  for (const pid of frozen) signal(pid, 'SIGSTOP'); // the step that is open will not end
  run.child.kill('SIGINT');
  await run.printed('once more stops at once'); // two signals that are sent together may be delivered as one
  run.child.kill('SIGINT');
  expect((await run.exit(5000)).code).toBe(130);
  await untilSome(() => !frozen.some(isRunning) || undefined, 1000);
  expect((await resume(out, '--steps', '12').done()).step).toBe(12);
});

it('a worker ends with its launcher, also when that is killed before the worker has loaded its modules', async () => {
  const nobody = ['worker', '--join', '127.0.0.1:9', '--workers', '1', '--backend', 'wasm', '--json'];
  const launcher = new BridleProcess(nobody, { cwd: folder });
  const pid = await untilSome(() => launcher.workers()[0], 20_000);
  launcher.child.kill('SIGKILL');
  await untilSome(() => !isRunning(pid) || undefined, 5000);
});

it('a stop in the middle of an evaluation saves the run, and its resume makes up for the evaluation', async () => {
  const out = join(folder, 'evaluating');
  const line = '--data mnist-rows --hidden-size 64 --steps 2 --workers 1 --listen 127.0.0.1:0 --json';
  const run = new BridleProcess(['train', '--out', out, ...line.split(' ')], { cwd: folder });
  await run.event('committed', (event) => event.step === 2);
  run.child.kill('SIGINT'); // 10,000 digits take far longer than this
  expect((await run.exit()).code).toBe(130);
  expect(run.events.at(-1)).toMatchObject({ event: 'done', reason: 'stopped', step: 2 });
  expect(run.events.some(({ event }) => event === 'evaluated')).toBe(false);

  const resumed = resume(out);
  expect(await resumed.done()).toMatchObject({ reason: 'finished', step: 2 });
  expect(resumed.events.filter(({ event }) => event === 'evaluated')).toHaveLength(1);
  const best = readFileSync(join(runFolder(out), 'checkpoints', 'best'), 'utf8');
  expect(best.trim()).toBe('step-00000002');
});
