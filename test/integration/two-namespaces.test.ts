// Two machines, as far as the network goes: addresses of their own, a link of 100 Mbit/s, TLS and a token; and the link is cut.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';
import { joinNamespaces, whyNoNamespaces, type TwoNamespaces } from './support/two-namespaces.js';

const folder = tempFolder();
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const token = 'only-for-this-link-8Kd';
const cutMs = 10_000;
const run = [
  '--data adding --data-length 10 --data-examples 150 --hidden-size 64 --global-batch 32 --shards 4 --backend native',
  '--steps 200 --evaluate-every 0 --save-every 0 --json',
].flatMap((text) => text.split(' '));

let link: TwoNamespaces | undefined;
afterEach(async () => {
  await endAll();
  link?.remove();
});

function makeCertificate(address: string): { certPath: string; keyPath: string; fingerprint: string } {
  const made = spawnSync(process.execPath, [main, 'cert', address, '--output', folder, '--json'], { encoding: 'utf8' });
  expect(made.stderr).toBe('');
  return JSON.parse(made.stdout) as ReturnType<typeof makeCertificate>;
}

const missing = whyNoNamespaces();
if (missing !== undefined)
  console.warn(`left out: two network namespaces. ${missing} To run them: as root, with iproute2`);

describe.runIf(missing === undefined)('over a link of 100 Mbit/s between two namespaces', () => {
  it(`a run goes on after the link was cut for ${cutMs / 1000} s, to the digest of an undisturbed one`, async () => {
    link = joinNamespaces(100);
    const { near, far } = link;
    const { certPath, keyPath, fingerprint } = makeCertificate(near.address);
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, token, { mode: 0o600 });
    const serving = ['--listen', `${near.address}:0`, '--tls-cert', certPath, '--tls-key', keyPath];
    const coordinator = new BridleProcess(
      ['coordinator', ...run, ...serving, '--token-file', tokenFile, '--min-workers', '2'],
      { cwd: folder, through: near.through },
    );
    const { urls } = await coordinator.event('listening');
    expect(urls[0]).toContain(`wss://${near.address}:`);
    const joining = ['--join', urls[0] ?? '', '--tls-fingerprint', fingerprint];
    const workers = new BridleProcess(['worker', ...joining, '--workers', '2', '--backend', 'native', '--json'], {
      cwd: folder,
      env: { BRIDLE_TOKEN: token },
      through: far.through,
    });
    await coordinator.event('committed', ({ step }) => step >= 20);
    link.cut();
    const undisturbed = new BridleProcess(['train', ...run, '--workers', '1', '--listen', '127.0.0.1:0'], {
      cwd: folder,
    });
    await new Promise((resolve) => setTimeout(resolve, cutMs));
    const lost = coordinator.events.flatMap((event) => (event.event === 'worker-lost' ? [event.reason] : []));
    const committed = coordinator.events.findLast((event) => event.event === 'committed');
    link.restore();
    expect(lost).toEqual(Array(2).fill(expect.stringMatching(/^no heartbeat for /))); // before their leases are overdue
    expect(committed?.event === 'committed' && committed.step).toBeLessThan(200);

    const { digest } = await coordinator.done();
    expect((await workers.exit()).code).toBe(0);
    expect(coordinator.events.filter(({ event }) => event === 'worker-joined')).toHaveLength(4);
    expect(link.sentBytes()).toBeGreaterThan(200 * 2 * 64_000); // the weights, to two workers
    expect(digest).toBe((await undisturbed.done()).digest);
  });
});
