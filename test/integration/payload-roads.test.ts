// Tensors through shared memory, through the socket, and both in one run: the same bits, and nothing left in /dev/shm.
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { CellFile } from '../../src/transport/cell-file.js';
import { BridleProcess, endAll, signal } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';
import { untilSome } from './support/until.js';

const folder = tempFolder();
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
// Two chunks a vector.
const run = [
  '--data adding --data-length 5 --data-examples 64 --hidden-size 300 --global-batch 16 --shards 4 --backend native',
  '--steps 8 --evaluate-every 0 --save-every 0 --listen 127.0.0.1:0 --json',
].flatMap((text) => text.split(' '));

const start = (...args: string[]): BridleProcess => new BridleProcess(args, { cwd: folder });
const train = (...more: string[]): BridleProcess =>
  start('train', ...run, '--workers', '2', '--min-workers', '2', ...more);
const left = (): string[] => readdirSync('/dev/shm');
const before = left();

let known: Promise<string> | undefined;
const reference = (): Promise<string> =>
  (known ??= train('--payload', 'frame')
    .done()
    .then(({ digest }) => digest));

afterEach(endAll);

/** Bytes of a worker that wait at a server: the two frames that tell of a gradient, not heartbeats alone. */
function unreadBytes(port: number): number | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const rows = readFileSync('/proc/net/tcp', 'utf8').matchAll(/^ *\d+: \w+:(\w{4}) \S+ 01 \w+:(\w+)/gm);
  const waiting = [...rows].flatMap(([, local, bytes]) => (local === hex ? [Number.parseInt(bytes ?? '', 16)] : []));
  return waiting.find((bytes) => bytes >= 2 * 64);
}

describe.runIf(process.platform === 'linux')('the payload road', () => {
  it('through shared memory gives the same bits, and leaves nothing there', async () => {
    expect((await train('--payload', 'shm').done()).digest).toBe(await reference());
    expect(left()).toEqual(before);
  });

  it('may be another for each worker of a run, and one may be killed', async () => {
    const coordinator = start('coordinator', ...run, '--min-workers', '3');
    const { urls } = await coordinator.event('listening');
    const worker = ['worker', '--join', urls[0] ?? '', '--backend', 'native', '--workers', '1', '--json'];
    start(...worker, '--payload', 'frame', '--name', 'framed');
    start(...worker, '--name', 'shared');
    const doomed = start(...worker, '--name', 'doomed', '--max-restarts', '0');
    await coordinator.event('committed', ({ step }) => step >= 2);
    expect(left()).toEqual(before);
    for (const pid of doomed.workers()) signal(pid, 'SIGKILL');
    expect((await coordinator.done()).digest).toBe(await reference());
    expect(left()).toEqual(before);
  });

  it('brings what a worker has announced, although it is killed before the coordinator reads it', async () => {
    const coordinator = start('coordinator', ...run, '--min-workers', '2');
    const port = Number(new URL((await coordinator.event('listening')).urls[0] ?? '').port);
    const joining = ['--join', `ws://127.0.0.1:${port}`, '--backend', 'native', '--json'];
    const workers = start('worker', ...joining, '--workers', '2', '--payload', 'shm');
    await coordinator.event('committed');
    const process = coordinator.child.pid ?? -1;
    // A lease is open most of the time: if nothing comes within half a second, it was stopped between two steps.
    await untilSome(async () => {
      signal(process, 'SIGSTOP');
      const waiting = await untilSome(() => unreadBytes(port), 500).catch(() => undefined);
      if (waiting === undefined) signal(process, 'SIGCONT');
      return waiting;
    }, 20_000);
    for (const pid of workers.workers()) signal(pid, 'SIGKILL');
    signal(process, 'SIGCONT');
    expect((await coordinator.done()).digest).toBe(await reference());
    expect(coordinator.events.filter(({ event }) => event === 'worker-lost')).toHaveLength(2);
  });

  it('gives no reader a chunk that was written over, however long it is stopped in the middle', async () => {
    const cellBytes = 4 * 1024 * 1024;
    const file = CellFile.create('/dev/shm', { cellBytes, cells: 1 });
    const write = (value: number): void =>
      file.write(0, new Uint8Array(64).fill(value), Buffer.alloc(cellBytes, value));
    write(0);
    const child = fork(new URL('cell-reader.mjs', import.meta.url), [`${file.fd}`, `${cellBytes}`]);
    const next = async (): Promise<unknown> => ((await once(child, 'message')) as unknown[])[0];
    try {
      for (let value = 1; value <= 200; value += 1) {
        const isStopped = value % 2 === 0;
        if (isStopped) signal(child.pid ?? -1, 'SIGSTOP');
        write(value); // what it reads at the moment is written over, while it is stopped or while it runs
        if (isStopped) signal(child.pid ?? -1, 'SIGCONT');
        child.send(value);
        expect(await next()).toBe(value);
      }
      child.send('report');
      const { torn, refused, spoilt } = (await next()) as Record<string, number>;
      expect(torn).toBe(0);
      expect(refused).toBeGreaterThan(20);
      expect(spoilt).toBeGreaterThan(0);
    } finally {
      child.kill('SIGKILL');
      file.close();
    }
  });

  it('leaves nothing when the coordinator is killed', async () => {
    const killed = train();
    await killed.event('committed', ({ step }) => step >= 2);
    signal(killed.child.pid ?? -1, 'SIGKILL');
    await killed.exit();
    expect(left()).toEqual(before);
  });

  it('is refused by a worker that wants shared memory or nothing', async () => {
    const coordinator = start('coordinator', ...run, '--payload', 'frame');
    const { urls } = await coordinator.event('listening');
    const worker = start('worker', '--join', urls[0] ?? '', '--workers', '1', '--payload', 'shm', '--json');
    expect(await worker.exit()).toMatchObject({ code: 5 });
    expect(worker.report()).toContain('SHM_UNAVAILABLE');
  });
});

const unshare = ['unshare', '-rm', 'sh', '-c'];
const small = 'mount -t tmpfs -o size=1m tmpfs /dev/shm && exec "$@"';
const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', small, 'sh', 'true']).status === 0;

describe.runIf(canMount)('a /dev/shm that is too small', () => {
  const inSmall = (...args: string[]) => {
    const [command = '', ...words] = [...unshare, small, 'sh', process.execPath, main, ...args];
    return spawnSync(command, words, { cwd: folder, encoding: 'utf8', timeout: 60_000 });
  };

  it('is told once a process, and the socket takes its place with the same bits', async () => {
    const out = join(folder, 'small');
    const { stdout, status } = inSmall('train', ...run, '--workers', '4', '--out', out);
    expect(status).toBe(0);
    expect(stdout.match(/"SHM_FULL"/g)).toHaveLength(1); // the weights find no room, and no worker is offered any from then on
    const logs = join(out, readFileSync(join(out, 'latest'), 'utf8').trim(), 'logs');
    const told = [0, 1, 2, 3].map(
      (worker) => readFileSync(join(logs, `worker-${worker}.log`), 'utf8').match(/"SHM_FULL"/g)?.length ?? 0,
    );
    expect(Math.max(...told)).toBe(1); // what came before the weights was taken up, and has no room for a gradient
    expect(stdout).toContain(await reference());
  });

  // Two sets of weights and a gradient of 300 units are too much, or the weights of 600 alone.
  it.each([
    ['a worker', 300],
    ['the coordinator', 600],
  ])('ends a run that wants nothing else with the same code when %s notices', (_who, units) => {
    const model = ['--hidden-size', String(units)];
    const { stdout, stderr, status } = inSmall('train', ...run, ...model, '--workers', '1', '--payload', 'shm');
    expect(status).toBe(5);
    expect(stdout + stderr).toContain('SHM_FULL');
  });
});
