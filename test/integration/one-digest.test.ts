// One digest everywhere: the 20 steps of the README on every set of kernels that this processor runs, one thread and four, one
// worker to eight, and every version of Node that is there; the same steps on WebAssembly have a digest of their own.
// A covering set here; BRIDLE_FULL=1 (npm run test:full) runs every combination.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { installedNodes } from '../../scripts/setup/node-versions.mjs';
import { loadNativeAddon } from '../../src/backend/native-addon.js';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const root = new URL('../../', import.meta.url);
const folder = tempFolder();
const isFull = process.env['BRIDLE_FULL'] === '1';
const task = '--data adding --data-examples 640 --hidden-size 16 --steps 20';
const nodes = [process.execPath, ...installedNodes(fileURLToPath(root))];
/** The fastest first: AVX-512 where the processor has it, AVX2, portable. */
const kernels = loadNativeAddon().kernels();
const threads = [1, 4];
const workers = [1, 2, 3, 4, 5, 6, 7, 8];
afterEach(endAll);

interface Place {
  readonly workers: number;
  readonly kernels: string;
  readonly threads: number;
  readonly node: string;
}

/** Each value of each list beside as many numbers of workers as there is room for. */
const covering = workers.map((count, i) => ({
  workers: count,
  kernels: kernels[i % kernels.length] ?? '',
  threads: threads[Math.floor(i / kernels.length) % 2] ?? 1,
  node: nodes[(i + Math.floor(i / nodes.length)) % nodes.length] ?? '',
}));
const all = workers.flatMap((count) =>
  kernels.flatMap((name) =>
    threads.flatMap((team) => nodes.map((node) => ({ workers: count, kernels: name, threads: team, node }))),
  ),
);
const onWasm = isFull
  ? nodes.flatMap((node) => workers.map((count) => ({ workers: count, node })))
  : covering.slice(0, 3);

async function digestOf(backend: 'native' | 'wasm', place: Partial<Place>): Promise<string> {
  const { workers: count = 1, threads: team = 1, node = process.execPath } = place;
  const where = `--backend ${backend} --workers ${count} --min-workers ${count} --threads ${team} --listen 127.0.0.1:0 --json`;
  const env = place.kernels === undefined ? {} : { BRIDLE_KERNELS: place.kernels };
  const run = new BridleProcess(['train', ...`${task} ${where}`.split(' ')], { cwd: folder, env, node });
  return (await run.done()).digest;
}

const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

describe('on native', () => {
  const readme = read('README.md');
  const digest = /^ {4}([0-9a-f]{64})$/m.exec(readme)?.[1];

  it('is printed beside the command that gives it', () => {
    expect(readme).toContain(`npx bridle train --backend native ${task} --workers 3`);
  });

  it.skipIf(!kernels.includes('avx512'))('runs with AVX-512 here, which is not emulated elsewhere', () => {
    expect(covering.map((place) => place.kernels)).toContain('avx512');
  });

  it.each(isFull ? all : covering)(
    '$workers workers of $threads threads with the kernels $kernels on $node come to the digest of the README',
    async (place) => expect(await digestOf('native', place)).toBe(digest),
  );
});

describe('on wasm', () => {
  const digest = /on `wasm` with `([0-9a-f]{64})/.exec(read('docs/reproducibility.md'))?.[1];

  it.each(onWasm)('$workers workers on $node come to the digest of docs/reproducibility.md', async (place) => {
    expect(await digestOf('wasm', { workers: place.workers, node: place.node })).toBe(digest);
  });
});
