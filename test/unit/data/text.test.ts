import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeBlock } from '../../../src/data/block.js';
import { loadText } from '../../../src/data/text.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bridle-text-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

/** All windows of a split as [inputs, targets] of ids. */
async function windows(paths: string[], length: number, split: 'train' | 'test'): Promise<number[][][]> {
  const dataset = await loadText({ name: 'text', paths, length });
  return dataset[split].blocks.flatMap((block) => {
    const { starts, inputs, targets, count } = decodeBlock(block.bytes(), dataset.spec);
    return Array.from({ length: count }, (_, row) =>
      [inputs, targets].map((column) => [...column.subarray(starts[row], starts[row + 1])]),
    );
  });
}

const load = (paths: string[], length = 2) => loadText({ name: 'text', paths, length });

describe('loadText', () => {
  it('cuts 90/10 by characters into windows whose targets are the next characters', async () => {
    const path = await file('abc.txt', 'abcabcabcabcabcabcXY'); // 20 characters; sorted: X Y a b c
    const [x, y, a, b, c] = [0, 1, 2, 3, 4];
    expect(await windows([path], 5, 'train')).toEqual([
      [
        [a, b, c, a, b],
        [b, c, a, b, c],
      ],
      [
        [c, a, b, c, a],
        [a, b, c, a, b],
      ],
      [
        [b, c, a, b, c],
        [c, a, b, c, a],
      ],
      [
        [a, b],
        [b, c],
      ],
    ]);
    expect(await windows([path], 5, 'test')).toEqual([[[x], [y]]]);
  });

  it('numbers characters by code point, so that one beyond U+FFFF comes after all others', async () => {
    const path = await file('wide.txt', '\u{1F600}\uFFFDzz\u{1F600}\uFFFDaa\u{1F600}ééz');
    const train = await windows([path], 9, 'train');
    expect(train[0]?.[0]).toEqual([4, 3, 1, 1, 4, 3, 0, 0, 4]);
    expect((await load([path])).spec.inputs).toEqual({ kind: 'ids', vocabulary: 5 });
  });

  it('joins files in the given order, with nothing between them', async () => {
    const [one, two] = [await file('1.txt', 'aaaaaabbbbbb'), await file('2.txt', 'ccccccdddddd')];
    const both = await file('both.txt', 'aaaaaabbbbbbccccccdddddd');
    expect((await load([one, two])).digest).toBe((await load([both])).digest);
    expect((await load([two, one])).digest).not.toBe((await load([both])).digest);
  });

  it('leaves a byte order mark at the start of a file out, and keeps line ends as they are', async () => {
    const plain = await load([await file('plain.txt', 'ab\r\nab\r\nab\r\nab\r\n')]);
    const marked = await load([await file('marked.txt', '\uFEFFab\r\nab\r\nab\r\nab\r\n')]);
    expect(marked.digest).toBe(plain.digest);
    expect(plain.spec.targets).toEqual({ kind: 'class', classes: 4, per: 'step' });
  });

  it('names file, line and byte of what is not UTF-8', async () => {
    const latin1 = await file('latin1.txt', Uint8Array.of(0x61, 0x0a, 0x62, 0x0a, 0x63, 0xe9, 0x20, 0x64));
    const error = load([latin1]);
    await expect(error).rejects.toThrow(`${latin1}, line 3, byte 5: wanted UTF-8, got 0xe9`);
    await expect(error).rejects.toMatchObject({ code: 'TEXT_NOT_UTF8', name: 'ConfigError' });
  });

  it('refuses missing, empty and unreadable files with a code each', async () => {
    const good = await file('good.txt', 'abcdefghijklmnopqrstuvwxyz');
    const refused: [string, string][] = [
      [join(directory, 'none.txt'), 'DATA_FILE_MISSING'],
      [directory, 'DATA_FILE_IS_DIRECTORY'],
      [await file('empty.txt', ''), 'DATA_FILE_EMPTY'],
      [join(good, 'below-a-file'), 'DATA_FILE_UNREADABLE'],
    ];
    for (const [path, code] of refused) {
      await expect(load([good, path]), code).rejects.toMatchObject({ code, message: expect.stringContaining(path) });
    }
    await expect(load([])).rejects.toMatchObject({ code: 'TEXT_NO_FILES' });
    await expect(load([good], 0)).rejects.toMatchObject({ code: 'TEXT_LENGTH' });
  });

  it('refuses text that is too short for one window, and takes the shortest that is not', async () => {
    const eleven = await file('11.txt', 'abcdefghijk'); // 9 to train, 2 to test
    expect((await load([eleven], 8)).train.size).toBe(1);
    await expect(load([eleven], 9)).rejects.toThrow(/11 characters, 9 to train and 2 to test; wanted at least 10/);
    await expect(load([await file('10.txt', 'abcdefghij')], 2)).rejects.toMatchObject({ code: 'TEXT_TOO_SHORT' });
  });

  it('refuses more different characters than 16-bit ids can tell apart', async () => {
    const codePoints = Array.from({ length: 65_537 }, (_, i) => 0x10000 + i);
    const path = await file('many.txt', codePoints.map((codePoint) => String.fromCodePoint(codePoint)).join(''));
    await expect(load([path])).rejects.toMatchObject({ code: 'TEXT_VOCABULARY' });
  });
});
