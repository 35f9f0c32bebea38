// A run is run again and compared step by step: the same bits, also after a resume moved its end; the first step that differs.
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
const corpus = join(folder, 'corpus.txt');
writeFileSync(corpus, 'the quick brown fox jumps over the lazy dog. '.repeat(200));

function bridle(line: string): BridleProcess {
  return new BridleProcess([...line.split(' '), '--json'], { cwd: folder });
}

const model = '--hidden-size 8 --global-batch 16 --evaluate-every 0 --workers 1 --listen 127.0.0.1:0';
const verdictOf = (process: BridleProcess) => process.events.at(-1) as unknown as Record<string, unknown>;

afterEach(endAll);

describe('bridle reproduce', () => {
  it('comes to the same digest with another number of workers, though a resume had moved the end', async () => {
    writeFileSync(join(folder, 'run.yaml'), 'data: { name: text, path: corpus.txt, length: 16 }\nsteps: 4\nseed: 9\n');
    await bridle(`train --config run.yaml ${model} --out a`).done();
    await bridle('train --resume --steps 6 --out a').done();
    const again = bridle('reproduce latest --workers 2 --out a');
    expect(await again.exit()).toMatchObject({ code: 0 });
    expect(verdictOf(again)).toMatchObject({ event: 'reproduced', isSame: true, compared: 6, changes: [] });
  });

  it('names the first step that differs, and the data when they have changed', async () => {
    appendFileSync(corpus, 'and something else');
    const again = bridle('reproduce a/latest');
    expect(await again.exit()).toMatchObject({ code: 1 });
    expect(verdictOf(again)).toMatchObject({ isSame: false, compared: 0, difference: { step: 1 } });
    expect(verdictOf(again)['changes']).toEqual([expect.stringMatching(/^the data \(digest\) was \w{12}, is \w{12}$/)]);
  });

  it('refuses what is no run', async () => {
    const again = bridle('reproduce nowhere --out a');
    expect(await again.exit()).toMatchObject({ code: 6 });
    expect(again.stderr).toContain('RUN_NOT_FOUND');
  });
});
