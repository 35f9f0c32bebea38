// scripts/cluster over a real sshd on 127.0.0.1: prefixed output, a token that nobody sees, and a far side that ends with this one.
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BridleProcess, endAll, signal } from './support/bridle-process.js';
import { hasSsh, startSshServer, type SshServer } from './support/ssh-server.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
const project = fileURLToPath(new URL('../..', import.meta.url));
/** bridle's checkout on the hosts. */
const far = join(folder, 'far');
const hosts = join(folder, 'hosts.txt');
const data = '--data adding --data-length 10 --data-examples 150 --hidden-size 8 --global-batch 32 --shards 4';
const run = `${data} --backend wasm --evaluate-every 0 --save-every 0 --listen 127.0.0.1:0`.split(' ');
let server: SshServer;

function cluster(folderThere: string, ...flags: string[]): BridleProcess {
  return new BridleProcess([hosts, '--dir', folderThere, '--', ...run, ...flags], {
    cwd: folder,
    env: { CLUSTER_SSH: server.command },
    program: join(project, 'scripts/cluster'),
  });
}

/** Command lines of all processes that were started for this file, by process id. */
function commandLines(): Map<number, string> {
  const lines = new Map<number, string>();
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      if (readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder) || line.includes(folder))
        lines.set(Number(pid), line);
    } catch {
      // it has ended, or is somebody else's
    }
  }
  return lines;
}

/** Workers on the far side, and the processes that start them. */
const farWorkers = (): [number, string][] => {
  const log = 'runs/cluster-logs';
  return [...commandLines()].filter(([, line]) => line.includes(' worker ') && line.includes(log));
};

async function untilNoneIsLeft(find: () => unknown[], deadlineMs = 10_000): Promise<void> {
  for (const end = Date.now() + deadlineMs; find().length > 0; await new Promise((resolve) => setTimeout(resolve, 100)))
    if (Date.now() > end) throw new Error(`still there after ${deadlineMs} ms: ${JSON.stringify(find())}`);
}

if (!hasSsh)
  console.warn('left out: scripts/cluster over a real sshd. To run it: apt-get install openssh-server openssh-client');

describe.runIf(hasSsh)('scripts/cluster', () => {
  beforeAll(async () => {
    mkdirSync(far);
    for (const name of ['dist', 'node_modules', 'package.json']) symlinkSync(join(project, name), join(far, name));
    writeFileSync(hosts, '127.0.0.1 slots=2 # as in Open MPI\nlocalhost:1\n');
    server = await startSshServer(join(folder, 'ssh'));
  });
  afterEach(async () => {
    await endAll();
    for (const [pid] of farWorkers()) signal(pid, 'SIGKILL');
  });
  afterAll(() => server.close());

  it('trains on the hosts to the digest of one machine, each line by host and ranks, the token in no argument', async () => {
    const training = cluster(far, '--steps', '60');
    const undisturbed = new BridleProcess(['train', ...run, '--steps', '60', '--workers', '1', '--json'], {
      cwd: folder,
    });
    await training.event('committed');
    const lines = [...commandLines().values()].join('\n');
    expect(lines).toContain('--token-file /dev/stdin');
    expect(lines).not.toMatch(/(?<![\w/-])[\w-]{43}(?![\w/-])/); // 32 bytes in base64url
    expect((await training.done()).digest).toBe((await undisturbed.done()).digest);
    expect(training.stderr).toMatch(/^127\.0\.0\.1 +2 +v[\d.]+ +bridle [\d.]+ +ok$/m);
    for (const prefix of ['[coordinator] ', '[127.0.0.1 0-1] ', '[localhost 2] '])
      expect(training.stderr).toContain(prefix);
    const names = training.events.flatMap((event) => (event.event === 'worker-joined' ? [event.name] : []));
    expect(names.sort()).toEqual(['127.0.0.1-0', '127.0.0.1-1', 'localhost-0']);
    await untilNoneIsLeft(farWorkers);
  });

  it('is ended by Ctrl-C with the run saved, and the far side ends too', async () => {
    const training = cluster(far, '--steps', '1000000');
    await training.event('committed', ({ step }) => step >= 5);
    expect(farWorkers().length).toBeGreaterThanOrEqual(2);
    training.child.kill('SIGINT');
    expect((await training.exit(30_000)).code).toBe(130);
    expect(training.events.at(-1)).toMatchObject({ event: 'done', reason: 'stopped' });
    await untilNoneIsLeft(farWorkers);
  });

  it('names a host whose ssh is dropped, ends its workers, and goes on with the others', async () => {
    const training = cluster(far, '--steps', '1000000');
    await training.event('committed', ({ step }) => step >= 5);
    const ofHost = (): [number, string][] => farWorkers().filter(([, line]) => line.includes('--name localhost'));
    for (const [pid, line] of commandLines())
      if (line.startsWith('ssh ') && line.includes(' localhost exec ')) signal(pid, 'SIGKILL');
    const lost = await training.event('worker-lost');
    expect(lost).toMatchObject({ name: 'localhost-0', workers: 2 });
    await training.printed('[localhost 2] FAILED: localhost ended with SIGKILL');
    await untilNoneIsLeft(ofHost);
    const { length } = training.events;
    await training.event('committed', (event) => training.events.indexOf(event) > length);
    training.child.kill('SIGINT');
    expect((await training.exit(30_000)).code).toBe(130);
  });

  it('starts nothing where a host has another version, and says which', async () => {
    const old = join(folder, 'old');
    mkdirSync(join(old, 'dist/cli'), { recursive: true });
    writeFileSync(join(old, 'dist/cli/main.js'), "console.log('bridle 0.0.1');\n");
    const training = cluster(old, '--steps', '5');
    expect((await training.exit(30_000)).code).toBe(5);
    expect(training.stderr).toMatch(/^localhost +1 +v[\d.]+ +bridle 0\.0\.1 +another version$/m);
    expect(training.stderr).toContain('Not started: 127.0.0.1, localhost.');
    expect(training.events).toEqual([]);
  });
});
