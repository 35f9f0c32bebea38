// Whole runs of the cells and layers: one digest for any number of workers.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { BridleProcess, endAll } from './support/bridle-process.js';
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
  ['tensorflow', '--cell lstm --bidirectional --data adding --data-length 9 --data-examples 96 --steps 4'],
])('%s has one digest with 1 and 3 workers, masks of dropout included: %s', async (backend, flags) => {
  writeFileSync(join(folder, 'abc.txt'), 'the quick brown fox jumps over the lazy dog. '.repeat(150));
  const digests = await Promise.all([digestOf(backend, 1, flags), digestOf(backend, 3, flags)]);
  expect(digests[1]).toBe(digests[0]);
});
