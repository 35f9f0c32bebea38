// A spiking step of a real run, kept and computed again in another process: the bits that its workers had, also where they drew, carried
// state, rounded for the wire or exchanged statistics.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
writeFileSync(join(folder, 'text.txt'), 'the quick brown fox jumps over the lazy dog. '.repeat(40));
// After two steps every norm is above a hundredth of the median: a spike.
const common =
  '--hidden-size 8 --steps 4 --evaluate-every 0 --on-spike report --spike-factor 0.01 --spike-window 2 --save-spikes --workers 2 --backend wasm --listen 127.0.0.1:0 --json';
const carried = '--data text --data-path text.txt --bptt 8 --global-batch 8 --shards 4 --cell lstm --layers 2';
const adding = '--data adding --data-length 4 --data-examples 24 --global-batch 12 --shards 3 --cell lstm';

interface Replayed {
  readonly gradNorm: number;
  readonly loss?: number;
  readonly recomputed?: { readonly isSame: boolean; readonly gradNorm: number; readonly shards: readonly unknown[] };
}

async function replay(path: string, ...flags: string[]): Promise<string> {
  const main = resolve(import.meta.dirname, '../../dist/cli/main.js');
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'replay', path, ...flags], { cwd: folder });
  return stdout;
}

afterEach(endAll);

describe('a replay comes to the bits of the run', () => {
  it.each([
    ['dropout, a carried state, a penalty', `${carried} --dropout 0.3 --l2 0.01`, true],
    ['gradients that were rounded for the wire', `${adding} --wire bf16`, true],
    ['batch normalisation and zoneout', `${adding} --norm batch --zoneout 0.1`, false],
  ])('with %s', async (_name, flags, isPlain) => {
    const run = new BridleProcess(`train ${common} ${flags}`.split(' '), { cwd: folder });
    await run.done();
    const { path } = await run.event('step-saved', ({ step }) => step === 4);
    const committed = await run.event('committed', ({ step }) => step === 4);
    const file = resolve(folder, path);
    const report = JSON.parse(await replay(file, '--json')) as Replayed;
    expect(report.recomputed).toMatchObject({ isSame: true, gradNorm: committed.gradNorm });
    if (isPlain) expect(report.loss! / committed.loss).toBeCloseTo(1, 5);
    else {
      expect(report).not.toHaveProperty('loss');
      expect(await replay(file)).toContain('the same bits as in the run, gradient norm');
    }
  });
});
