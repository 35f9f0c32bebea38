// Tensors through shared memory, through the socket, and both in one run: the same bits, and nothing left in /dev/shm.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { BridleProcess, endAll, signal } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

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

  it('ends a run that wants nothing else', () => {
    const { stdout, stderr, status } = inSmall('train', ...run, '--workers', '1', '--payload', 'shm');
    expect(status).toBe(5); // its worker is the first to write
    expect(stdout + stderr).toContain('SHM_FULL');
  });
});
