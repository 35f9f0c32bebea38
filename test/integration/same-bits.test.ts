// The promise of the house: one digest, whatever the number of workers and whatever happens to them.
// A covering set here; BRIDLE_FULL=1 (npm run test:full) runs every number of workers on every backend.
import { afterEach, describe, expect, it } from 'vitest';
import { loadNativeAddon } from '../../src/backend/native-addon.js';
import { BridleProcess, endAll, signal } from './support/bridle-process.js';
import { startFaultProxy } from './support/fault-proxy.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
const isFull = process.env['BRIDLE_FULL'] === '1';
const steps = 12;
const common = [
  '--data adding --data-length 14 --data-min-length 5 --data-examples 150 --layers 2 --hidden-size 16 --global-batch 64',
  `--steps ${steps} --evaluate-every 5 --save-every 4 --learning-rate 0.01 --listen 127.0.0.1:0 --json`,
].flatMap((text) => text.split(' '));

type Backend = 'native' | 'tensorflow' | 'wasm';

function train(backend: Backend, shards: number, workers: number, ...more: string[]): BridleProcess {
  const args = [
    'train',
    ...common,
    '--backend',
    backend,
    '--shards',
    `${shards}`,
    '--workers',
    `${workers}`,
    '--min-workers',
    `${workers}`,
  ];
  return new BridleProcess([...args, ...more], { cwd: folder });
}

/** Digests of the undisturbed runs with one worker, by backend and number of shards. */
const references = new Map<string, Promise<string>>();
function reference(backend: Backend, shards: number): Promise<string> {
  const key = `${backend}/${shards}`;
  const known = references.get(key);
  if (known) return known;
  const digest = train(backend, shards, 1)
    .done()
    .then((done) => done.digest);
  references.set(key, digest);
  return digest;
}

function computed(run: BridleProcess): Record<string, number> {
  const done = run.events.find((event) => event.event === 'done');
  return { ...(done?.event === 'done' ? done.shardsByWorker : {}) };
}

afterEach(endAll);

describe('the digest of a run is the same', () => {
  const undisturbed: [Backend, number, number][] = isFull
    ? (['native', 'tensorflow', 'wasm'] as const).flatMap((backend) =>
        [8, 6].flatMap((shards) =>
          [2, 3, 5, 8].map((workers): [Backend, number, number] => [backend, shards, workers]),
        ),
      )
    : [
        ['native', 8, 3],
        ['native', 6, 5],
        ['native', 8, 8],
        ['tensorflow', 8, 2], // graphs of four stacked shards; the one worker of the reference has one of eight,
        ['tensorflow', 8, 3], // and these have some of two and of one
        ['wasm', 8, 5],
        ['wasm', 6, 2],
      ];
  it.each(undisturbed)(
    'on %s with %i shards for %i workers as for one, and each has worked',
    async (backend, shards, workers) => {
      const run = train(backend, shards, workers);
      const done = await run.done();
      expect(done.digest).toBe(await reference(backend, shards));
      if (workers <= shards) expect(Object.values(computed(run)).filter((count) => count > 0)).toHaveLength(workers);
    },
  );

  it('on native whatever the kernels and the threads of each worker, in one run', async () => {
    const coordinator = new BridleProcess(
      ['coordinator', ...common, '--backend', 'native', '--shards', '8', '--min-workers', '2'],
      { cwd: folder },
    );
    const url = (await coordinator.event('listening')).urls[0] ?? '';
    const join = (kernels: string, threads: number) =>
      new BridleProcess(
        ['worker', '--join', url, '--workers', '1', '--backend', 'native', '--threads', `${threads}`, '--json'],
        { cwd: folder, env: { BRIDLE_KERNELS: kernels } },
      );
    const workers = [join('portable', 2), join(loadNativeAddon().kernels()[0] ?? '', 1)];
    expect((await coordinator.done()).digest).toBe(await reference('native', 8));
    for (const worker of workers) expect((await worker.exit()).code).toBe(0);
  });

  it.each([
    ['native', 3, [2, 4, 7]],
    ['tensorflow', 2, [2]], // starting a worker costs seconds
  ] as const)('when workers are killed on %s, and replaced', async (backend, workers, killsAt) => {
    const run = train(backend, 8, workers);
    for (const step of killsAt) {
      await run.event('committed', (event) => event.step === step);
      const victim = run.workers()[step % workers];
      if (victim !== undefined) signal(victim, 'SIGKILL');
      await run.event('worker-lost', () => run.events.filter((event) => event.event === 'worker-lost').length >= 1);
    }
    const done = await run.done();
    expect(done.digest).toBe(await reference(backend, 8));
    expect(run.events.filter((event) => event.event === 'worker-lost').length).toBeGreaterThanOrEqual(1);
  });

  it('when connections break in the middle of a frame', async () => {
    const coordinator = new BridleProcess(
      ['coordinator', ...common, '--backend', 'wasm', '--shards', '6', '--min-workers', '2', '--payload', 'frame'],
      { cwd: folder },
    );
    const port = Number(new URL((await coordinator.event('listening')).urls[0] ?? '').port);
    // Hello is a few hundred bytes, an answer is a report and 16 KB of gradient: these cuts fall into gradients.
    const proxy = await startFaultProxy(port, (connection) => [9000, 26_001, 41_777][connection] ?? Infinity);
    const workers = new BridleProcess(
      ['worker', '--join', `ws://127.0.0.1:${proxy.port}`, '--workers', '2', '--backend', 'wasm', '--json'],
      { cwd: folder },
    );
    const done = await coordinator.done();
    expect(proxy.cuts).toBeGreaterThanOrEqual(2);
    expect(done.digest).toBe(await reference('wasm', 6));
    expect((await workers.exit()).code).toBe(0);
    await proxy.close();
  });

  it('when a worker is frozen by SIGSTOP, and the run goes on within 5 seconds', async () => {
    const run = train('tensorflow', 8, 2);
    await run.event('committed', (event) => event.step === 3);
    const stoppedAt = Date.now();
    const victim = run.workers()[0];
    if (victim !== undefined) signal(victim, 'SIGSTOP');
    await run.event('worker-lost');
    const { length } = run.events;
    await run.event('committed', (event) => run.events.indexOf(event) >= length);
    expect(Date.now() - stoppedAt).toBeLessThan(5000);
    if (victim !== undefined) signal(victim, 'SIGKILL');
    expect((await run.done()).digest).toBe(await reference('tensorflow', 8));
  });

  it('when the run is stopped by Ctrl-C and resumed with other workers', async () => {
    const out = `${folder}/stopped`;
    const first = train('tensorflow', 8, 2, '--out', out);
    await first.event('committed', (event) => event.step === 5);
    first.child.kill('SIGINT');
    expect((await first.exit()).code).toBe(130);
    const second = new BridleProcess(
      ['train', '--resume', '--out', out, '--workers', '3', '--listen', '127.0.0.1:0', '--json'],
      { cwd: folder },
    );
    expect((await second.done()).digest).toBe(await reference('tensorflow', 8));
    expect(second.events.find((event) => event.event === 'started')).toMatchObject({ generation: 2 });
  });

  it('when the coordinator is killed and resumed: nothing that was announced is lost', async () => {
    const out = `${folder}/killed`;
    const first = train('wasm', 6, 2, '--out', out);
    await first.event('committed', (event) => event.step === 7);
    first.child.kill('SIGKILL');
    await first.exit();
    const announced = first.events.filter((event) => event.event === 'committed');
    const second = new BridleProcess(
      ['train', '--resume', '--out', out, '--workers', '2', '--listen', '127.0.0.1:0', '--json'],
      { cwd: folder },
    );
    expect((await second.done()).digest).toBe(await reference('wasm', 6));
    const again = new Map(second.events.flatMap((event) => (event.event === 'committed' ? [[event.step, event]] : [])));
    const start = second.events.find((event) => event.event === 'started');
    for (const { step, digest } of announced) {
      if (start && step > start.startStep) expect(again.get(step)).toMatchObject({ digest, replayed: true });
    }
  });

  it('when a coordinator is killed and comes back: workers elsewhere join it again by themselves', async () => {
    const out = `${folder}/back`;
    const args = ['coordinator', ...common, '--backend', 'wasm', '--shards', '6', '--min-workers', '2', '--out', out];
    const first = new BridleProcess(args, { cwd: folder });
    const { port } = new URL((await first.event('listening')).urls[0] ?? '');
    const join = ['worker', '--join', `127.0.0.1:${port}`, '--workers', '2', '--backend', 'wasm', '--json'];
    const workers = new BridleProcess(join, { cwd: folder });
    await first.event('committed', (event) => event.step === 5);
    first.child.kill('SIGKILL');
    await first.exit();
    const again = ['coordinator', '--resume', '--out', out, '--listen', `127.0.0.1:${port}`, '--json'];
    const second = new BridleProcess(again, { cwd: folder });
    expect((await second.done()).digest).toBe(await reference('wasm', 6));
    expect((await workers.exit()).code).toBe(0);
  });
});
