// Whole runs of the cells and layers: one digest for any number of workers.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { BridleProcess, endAll, signal } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
const common =
  '--layers 2 --hidden-size 16 --dropout 0.3 --global-batch 24 --evaluate-every 0 --listen 127.0.0.1:0 --json';

function train(backend: string, workers: number, flags: string): BridleProcess {
  const args = `train ${common} --backend ${backend} --workers ${workers} --min-workers ${workers} ${flags}`;
  return new BridleProcess(args.split(' '), { cwd: folder });
}

async function digestOf(backend: string, workers: number, flags: string): Promise<string> {
  return (await train(backend, workers, flags).done()).digest;
}

afterEach(endAll);

it.each([
  ['native', '--cell gru --embedding 7 --data text --data-path abc.txt --data-length 20 --steps 8'],
  [
    'tensorflow',
    '--execution eager --cell lstm --bidirectional --data adding --data-length 9 --data-examples 96 --steps 4',
  ],
])('%s has one digest with 1 and 3 workers, masks of dropout included: %s', async (backend, flags) => {
  writeFileSync(join(folder, 'abc.txt'), 'the quick brown fox jumps over the lazy dog. '.repeat(150));
  const digests = await Promise.all([digestOf(backend, 1, flags), digestOf(backend, 3, flags)]);
  expect(digests[1]).toBe(digests[0]);
});

it.each(['tensorflow', 'wasm --norm layer --zoneout 0.1'])(
  'carries the state of streams on %s: one digest for 1 worker and for 2',
  async (backend) => {
    writeFileSync(join(folder, 'abc.txt'), 'the quick brown fox jumps over the lazy dog. '.repeat(150));
    const flags = '--cell lstm --data text --data-path abc.txt --bptt 4 --steps 4 --shards 2';
    const [one, two] = await Promise.all([digestOf(backend, 1, flags), digestOf(backend, 2, flags)]);
    expect(two).toBe(one);
  },
);

it('carries the state of streams with their shards: one digest for 1 worker, for 3 with one killed, and across a resume', async () => {
  writeFileSync(join(folder, 'abc.txt'), 'the quick brown fox jumps over the lazy dog. '.repeat(150));
  // 15 steps an epoch: the third checkpoint, at step 12, lies in the middle of the streams.
  const flags = '--cell lstm --data text --data-path abc.txt --bptt 16 --steps 24 --save-every 4';
  const out = `${folder}/streams`;
  const [reference, stateless] = await Promise.all([
    digestOf('native', 1, flags),
    digestOf('native', 1, flags.replace('--bptt', '--data-length')),
  ]);
  expect(stateless).not.toBe(reference);
  const first = train('native', 3, `${flags} --out ${out}`);
  await first.event('committed', (event) => event.step === 6);
  const victim = first.workers()[1];
  if (victim !== undefined) signal(victim, 'SIGKILL');
  await first.event('committed', (event) => event.step === 14);
  first.child.kill('SIGKILL');
  await first.exit();
  const again = ['train', '--resume', '--out', out, '--workers', '3', '--listen', '127.0.0.1:0', '--json'];
  const second = new BridleProcess(again, { cwd: folder });
  expect((await second.done()).digest).toBe(reference);
});
