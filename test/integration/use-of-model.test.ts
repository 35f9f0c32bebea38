// A trained model used from the command line: scores to the digit, predictions in the data's units, text like its source.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
const sentence = 'the quick brown fox jumps over the lazy dog. ';
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
write('corpus.txt', sentence.repeat(300));
const series = (from: number, to: number): string =>
  ['day,load', ...Array.from({ length: to - from }, (_, i) => `${from + i},${100 + 10 * ((from + i) % 4)}`)].join('\n');
write('series.csv', series(0, 240));
write('today.csv', series(300, 309));

afterEach(endAll);

async function bridle(line: readonly string[]): Promise<Record<string, unknown>[]> {
  const run = new BridleProcess(line, { cwd: folder });
  expect(await run.exit(), run.stderr).toMatchObject({ code: 0 });
  return run.events as unknown as Record<string, unknown>[];
}

const train = (data: string): Promise<Record<string, unknown>[]> =>
  bridle([
    'train',
    '--json',
    '--learning-rate',
    '0.02',
    '--workers',
    '1',
    '--listen',
    '127.0.0.1:0',
    ...data.split(' '),
  ]);

describe('a model of text', () => {
  it('is scored as its run scored it, on each backend of its own kernels', async () => {
    const events = await train(
      '--data text --data-path corpus.txt --data-length 32 --hidden-size 32 --epochs 12 --seed 1 --out texts --backend wasm',
    );
    const { loss, accuracy, examples } = events.findLast(({ event }) => event === 'evaluated')!;
    const [same] = await bridle(['evaluate', '--out', 'texts', '--backend', 'wasm', '--json']);
    expect(same).toMatchObject({ loss, accuracy, examples, split: 'test', isOtherData: false });
    const [other] = await bridle(['evaluate', 'texts/latest', '--backend', 'native', '--json']);
    expect(other!['loss']).toBeCloseTo(loss as number, 5);
  });

  it('writes what looks like its source, the same on the command line again', async () => {
    const line = ['generate', '--out', 'texts', '--prompt', 'the ', '--length', '80', '--temperature', '0.5', '--json'];
    const [first] = await bridle(line);
    const [again] = await bridle(line);
    expect(again).toEqual(first);
    const words = `the ${String(first!['text'])}`.split(/[ .]+/).slice(0, -1);
    expect(words.filter((word) => sentence.includes(word)).length).toBeGreaterThan(0.9 * words.length);
  });

  it('writes the same likeliest text on tfjs as on the kernels', async () => {
    const line = ['generate', 'texts/latest', '--prompt', 'the ', '--length', '60', '--temperature', '0', '--json'];
    const [kernels, tfjs] = await Promise.all(
      ['wasm', 'tensorflow'].map((backend) => bridle([...line, '--backend', backend])),
    );
    expect(tfjs![0]).toMatchObject({ text: kernels![0]!['text'], kernelId: expect.stringMatching(/^tensorflow/) });
  });
});

describe('a model of a series', () => {
  it('predicts the row after each window of a new file, in its units', async () => {
    await train(
      '--data csv --data-path series.csv --data-columns load --data-length 6 --hidden-size 16 --epochs 20 --out loads --seed 1',
    );
    const lines = await bridle(['predict', 'latest', 'today.csv', '--out', 'loads']);
    expect(lines.map(({ place }) => place)).toEqual([6, 7, 8, 9]);
    for (const { place, prediction } of lines) {
      const { load } = prediction as { load: number };
      expect(Math.abs(load - (100 + 10 * ((Number(place) + 300) % 4)))).toBeLessThan(3);
    }
    await bridle(['predict', 'latest', 'today.csv', '--out', 'loads', '--output', 'forecast.csv']);
    expect(readFileSync(join(folder, 'forecast.csv'), 'utf8')).toMatch(/^place,load\r\n6,1\d\d\.\d+\r\n7,/);
  });

  it.each([
    [['predict', 'latest'], 'PREDICT_ARGUMENTS'],
    [['predict', 'latest', 'missing.csv'], 'DATA_FILE_MISSING'],
    [['predict', 'latest', 'corpus.txt'], 'PREDICT_FILE'],
    [['generate'], 'GENERATE_MODEL'],
    [['export', '--format', 'onnx'], 'FLAG_MISSING'],
    [['export', '--format', 'onnx', '--output', 'series.csv/below'], 'EXPORT_FILE'],
  ])('is refused for %j', async (line, code) => {
    const run = new BridleProcess([...line, '--out', 'loads'], { cwd: folder });
    expect(await run.exit()).toMatchObject({ code: 2 });
    expect(run.stderr).toContain(code);
  });
});
