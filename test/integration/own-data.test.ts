// Users' own files through real processes: the same bits for any workers, a best by validation, and what a checkpoint keeps.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
afterEach(endAll);

const common =
  '--backend native --hidden-size 8 --global-batch 16 --learning-rate 0.01 --listen 127.0.0.1:0 --json'.split(' ');

function train(...args: string[]): BridleProcess {
  return new BridleProcess(['train', ...common, ...args], { cwd: folder });
}

function write(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.join('\n'));
  return path;
}

/** Sequences of 1 to 23 ids, whose label says whether the first id comes again. */
const sequences = write(
  'sequences.jsonl',
  Array.from({ length: 120 }, (_, i) => {
    const ids = Array.from({ length: 1 + ((i * 7) % 23) }, (__, step) => (i * 31 + step * step) % 11);
    return JSON.stringify({ ids, labels: ids.slice(1).includes(ids[0]!) ? 1 : 0 });
  }),
);
/** Two keys a step, one of which moves on; the splits stand in the lines. */
const frames = write(
  'frames.jsonl',
  Array.from({ length: 60 }, (_, i) => {
    const split = i % 6 === 0 ? 'valid' : i % 6 === 1 ? 'test' : 'train';
    return JSON.stringify({
      split,
      frames: Array.from({ length: 3 + (i % 9) }, (__, step) => [step % 12, 40 + (i % 5)]),
    });
  }),
);
const series = write('series.csv', [
  'day,load',
  ...Array.from({ length: 200 }, (_, i) => `2024-${i},${(i % 7) * 3 + (i % 5)}`),
]);

describe('own data', () => {
  it.each([
    ['ids with labels, in buckets of like length', sequences, ['--bucket', '2']],
    ['frames of keys', frames, []],
  ])('gives the same digest for one worker and for two: %s', async (_, path, more) => {
    const args = ['--data', 'jsonl', '--data-path', path, '--steps', '8', ...more];
    const alone = await train(...args, '--workers', '1').done();
    const together = await train(...args, '--workers', '2', '--min-workers', '2').done();
    expect(together.digest).toBe(alone.digest);
  });

  it('scores the validation part first, beside the persistence forecast, and keeps the scaling in the checkpoint', async () => {
    const run = train(
      '--data',
      'csv',
      '--data-path',
      series,
      '--data-columns',
      'load',
      '--data-length',
      '7',
      '--epochs',
      '2',
      '--workers',
      '1',
    );
    const { runDir, step } = await run.done();
    const evaluated = run.events.flatMap((event) => (event.event === 'evaluated' ? [event] : []));
    expect(evaluated.map(({ split }) => split)).toEqual(['valid', 'test', 'valid', 'test']);
    expect(evaluated[0]?.baseline).toMatchObject({ name: 'persistence', loss: expect.any(Number) });
    const checkpoint = join(folder, runDir, 'checkpoints', `step-${String(step).padStart(8, '0')}`);
    const manifest = JSON.parse(readFileSync(join(checkpoint, 'manifest.json'), 'utf8')) as {
      data: { preprocessing: unknown };
    };
    expect(manifest.data.preprocessing).toMatchObject({
      version: 1,
      horizon: 1,
      inputs: [{ name: 'load', scale: expect.any(Number) }],
    });
    const other = train(
      '--data',
      'csv',
      '--data-path',
      series,
      '--data-columns',
      'load',
      '--data-scaling',
      'none',
      '--init-from',
      join(checkpoint, 'model.safetensors'),
    );
    expect(await other.exit()).toMatchObject({ code: 2 });
    expect(other.report()).toContain('DATA_PREPROCESSING');
  });

  it('does not go on with a text whose characters were exchanged, though the ids are the same', async () => {
    const path = write('text.txt', ['abcabcabcabc'.repeat(20)]);
    const { runDir } = await train(
      '--data',
      'text',
      '--data-path',
      path,
      '--data-length',
      '8',
      '--steps',
      '2',
      '--workers',
      '1',
    ).done();
    writeFileSync(path, 'xyzxyzxyzxyz'.repeat(20));
    const resumed = new BridleProcess(['train', '--resume', runDir, '--steps', '4', '--json'], { cwd: folder });
    expect(await resumed.exit()).toMatchObject({ code: 2 });
    expect(resumed.report()).toContain('DATA_PREPROCESSING');
  });

  it('refuses a bad file with code 2, its line, and no run folder', async () => {
    const bad = write('bad.csv', ['load', '1', '2', 'three']);
    const run = train('--data', 'csv', '--data-path', bad, '--run-name', 'never');
    expect(await run.exit()).toMatchObject({ code: 2 });
    expect(run.report()).toMatch(/CSV_INVALID.*bad\.csv:4: /);
    expect(existsSync(join(folder, 'runs', 'never'))).toBe(false);
  });
});
