// Sixteen workers send gradients of three chunks at once, slow ones and killed ones among them: the coordinator holds a few, and the bits are the same.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { BridleProcess, endAll, signal } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
const probe = fileURLToPath(new URL('./support/held-probe.mjs', import.meta.url));
const words = (text: string): string[] => text.split(' ');
const run =
  '--data adding --data-length 2 --data-examples 16 --cell rnn --hidden-size 800 --recurrent-initializer glorot-uniform --global-batch 16 --shards 16 --steps 1000 --evaluate-every 0 --save-every 0 --clip global-norm --json --listen 127.0.0.1:0';
const steps = 4;

interface Held {
  readonly vectors: number;
  readonly arriving: number;
  readonly nodes: number;
}

afterEach(endAll);

/** Starts a coordinator that tells what it holds, and lets `load` work on it; returns its first digests and what it held. */
async function serve(name: string, flags: string, load: (url: string) => Promise<void>) {
  const file = join(folder, `${name}.jsonl`);
  const env = { NODE_OPTIONS: `--import=${probe}`, BRIDLE_HELD_FILE: file };
  const coordinator = new BridleProcess(['coordinator', ...words(`${run} ${flags} --out ${name}`)], {
    cwd: folder,
    env,
  });
  const { urls } = await coordinator.event('listening');
  await load(urls[0] ?? '');
  await coordinator.event('committed', ({ step }) => step === steps);
  const digests = coordinator.events.flatMap((event) => (event.event === 'committed' ? [event.digest] : []));
  const held = readFileSync(file, 'utf8').trim().split('\n');
  coordinator.child.kill('SIGKILL');
  return { digests: digests.slice(0, steps), held: held.map((line) => JSON.parse(line) as Held) };
}

const light = (url: string, flags: string): BridleProcess =>
  new BridleProcess(['bench', 'clipping', '--json', '--join', url, ...words(flags)], { cwd: folder });

it('holds four gradients beside the tree nodes that are open, whoever is slow or dies', async () => {
  const calm = await serve('calm', '--min-workers 2', async (url) => {
    const { code } = await light(url, `--workers 2 --steps ${steps} --warmup 0`).exit();
    expect(code).toBe(0);
  });
  const harmed = await serve('harmed', '--min-workers 16', async (url) => {
    const doomed = light(url, '--workers 4 --steps 1000 --warmup 0');
    const others = light(url, `--workers 12 --steps ${steps} --warmup 0 --slow-rate 0.1 --drop-rate 0.05`);
    await others.printed('step 1 of');
    for (const pid of doomed.workers()) signal(pid, 'SIGKILL');
    const { code } = await others.exit();
    expect(code, others.report()).toBe(0);
    expect(others.events.at(-1)).toMatchObject({ lost: 0 });
  });
  expect(harmed.digests).toHaveLength(steps);
  expect(harmed.digests).toEqual(calm.digests);
  for (const { vectors, arriving, nodes } of harmed.held) {
    expect(arriving).toBeLessThanOrEqual(4);
    expect(vectors).toBeLessThanOrEqual(nodes + 4);
  }
  expect(Math.max(...harmed.held.map(({ arriving }) => arriving))).toBeGreaterThan(1); // several, at times
});
