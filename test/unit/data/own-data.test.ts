import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeBlock } from '../../../src/data/block.js';
import type { Dataset, SplitName } from '../../../src/data/dataset.js';
import { defineData, type DataDefinition } from '../../../src/data/define-data.js';
import { loadOwnData } from '../../../src/data/own-data.js';
import { readExamples } from '../../../src/data/read-examples.js';

const whole = {
  inputs: [
    [1, 2],
    [3, 4],
  ],
  targets: 1,
};
const base: DataDefinition = {
  inputs: { kind: 'dense', features: 2 },
  targets: { kind: 'class', classes: 2, per: 'sequence' },
  train: [whole],
  test: [whole],
};

function load(more: object): Promise<Dataset> {
  return loadOwnData({ name: 'own', source: { ...base, ...more } });
}

function examples(dataset: Dataset, split: SplitName) {
  return dataset[split]!.blocks.flatMap((block) => {
    const { lengths, inputs, targets } = decodeBlock(block.bytes(), dataset.spec);
    return [[...lengths], [...inputs], [...targets]];
  });
}

describe('loadOwnData', () => {
  it('lays out rows and flat typed arrays alike', async () => {
    const rows = await load({ train: [whole, { inputs: [[5, 6]], targets: [0] }] });
    const flat = await load({
      train: [
        { inputs: Float64Array.of(1, 2, 3, 4), targets: 1 },
        { inputs: new Uint8Array([5, 6]), targets: Int32Array.of(0) },
      ],
    });
    expect(examples(rows, 'train')).toEqual([
      [2, 1],
      [1, 2, 3, 4, 5, 6],
      [1, 0],
    ]);
    expect(flat.digest).toBe(rows.digest);
    expect(rows.spec).toEqual({
      name: 'own',
      inputs: { kind: 'dense', features: 2, dtype: 'f32', scale: 1 },
      targets: base.targets,
      maxLength: 2,
    });
  });

  it.each<[string, object, unknown, number[]]>([
    ['a class a step', { kind: 'class', classes: 9, per: 'step' }, [7, 8], [7, 8]],
    ['a number a sequence', { kind: 'value', size: 1, per: 'sequence' }, 0.5, [0.5]],
    ['numbers a sequence', { kind: 'value', size: 3, per: 'sequence' }, Float32Array.of(1, 2, 3), [1, 2, 3]],
    [
      'numbers a step, as rows',
      { kind: 'value', size: 2, per: 'step' },
      [
        [1, 2],
        [3, 4],
      ],
      [1, 2, 3, 4],
    ],
    ['numbers a step, flat', { kind: 'value', size: 2, per: 'step' }, [1, 2, 3, 4], [1, 2, 3, 4]],
    [
      'keys a step',
      { kind: 'keys', size: 2, per: 'step' },
      [
        [0, 1],
        [1, 1],
      ],
      [0, 1, 1, 1],
    ],
  ])('takes targets of %s', async (_, targets, given, stored) => {
    const split = [{ inputs: [4, 2], targets: given }];
    const dataset = await load({ inputs: { kind: 'ids', vocabulary: 5 }, targets, train: split, test: split });
    expect(examples(dataset, 'test')).toEqual([[2], [4, 2], stored]);
  });

  it('takes splits as arrays, generators, async generators, functions, and by index, with the same digest', async () => {
    const three = [whole, { inputs: [9, 9], targets: 0 }, { inputs: [1, 2], targets: 1 }];
    const forms: readonly DataDefinition['train'][] = [
      three,
      new Set(three),
      function* () {
        yield* three;
      },
      async function* () {
        yield* three;
      },
      () => Promise.resolve(three),
      { length: 3, example: (index) => three[index]! },
      { length: 3, example: (index) => Promise.resolve(three[index]!) },
    ];
    const digests = await Promise.all(forms.map(async (train) => (await load({ train })).digest));
    expect(new Set(digests).size).toBe(1);
    expect(digests[0]).not.toBe((await load({ train: [whole] })).digest);
  });

  it('takes a function that makes the definition, and returns what it is given from defineData', async () => {
    const { digest } = await loadOwnData({ name: 'own', source: defineData(() => Promise.resolve(base)) });
    expect(digest).toBe((await load({})).digest);
  });

  it.each<[string, object | null, RegExp]>([
    ['no object', null, /the data must be an object, got null/],
    ['no inputs', { inputs: undefined }, /inputs must be \{ kind: 'dense', features \}.*got undefined/],
    ['features of a wrong type', { inputs: { kind: 'dense', features: '2' } }, /"features":"2".*\(features: /],
    ['a kind that is none', { targets: { kind: 'label' } }, /targets must be .*got \{"kind":"label"\}/],
    ['no per', { targets: { kind: 'class', classes: 2 } }, /\(per: /],
    ['a field too many', { scaling: 'standard' }, /"scaling" means nothing here/],
    ['a split that is none', { train: 7 }, /train must be an array, something that can be iterated.*got 7/],
    ['a length that is none', { test: { length: -1, example: () => whole } }, /test must be an array.*length, example/],
    [
      'an iterator that gives nothing',
      { train: { [Symbol.iterator]: () => ({ next: () => undefined }) } },
      /undefined/,
    ],
  ])('refuses a definition with %s', async (_, more, message) => {
    const source = (more === null ? null : { ...base, ...more }) as unknown as DataDefinition;
    await expect(loadOwnData({ name: 'own', source })).rejects.toMatchObject({
      code: 'DATA_DEFINITION',
      message: expect.stringMatching(message),
      exitCode: 2,
    });
  });

  it('names the split that is missing', async () => {
    const { test: _, ...rest } = base;
    await expect(loadOwnData({ name: 'own', source: rest as DataDefinition })).rejects.toThrow(
      /the split test is missing/,
    );
  });

  it.each<[string, unknown, object, RegExp]>([
    ['no object', 7, {}, /train\[1\] must be \{ inputs, targets \}, got 7/],
    ['no targets', { inputs: [1, 2] }, {}, /train\[1\] must be \{ inputs, targets \}/],
    ['inputs that are no array', { inputs: 'ab', targets: 0 }, {}, /train\[1\]\.inputs must be an array.*got "ab"/],
    ['no step', { inputs: [], targets: 0 }, {}, /train\[1\]\.inputs must hold at least one step/],
    ['a ragged row', { inputs: [[1, 2], [3]], targets: 0 }, {}, /inputs\[1\] must hold 2 values, got 1/],
    [
      'a row that is none',
      { inputs: [[1, 2], 3], targets: 0 },
      {},
      /inputs\[1\] must be an array or a typed array, got 3/,
    ],
    ['half a row', { inputs: [1, 2, 3], targets: 0 }, {}, /inputs must be rows of 2.*got 3 values/],
    [
      'NaN',
      {
        inputs: [
          [1, 2],
          [3, NaN],
        ],
        targets: 0,
      },
      {},
      /inputs\[1\]\[1\] must be a finite number.*got NaN/,
    ],
    ['a number beyond float32', { inputs: [1, 1e39], targets: 0 }, {}, /inputs\[1\] .*float32 can hold, got 1e\+39/],
    ['a text', { inputs: [1, '2'], targets: 0 }, {}, /inputs\[1\] must be a finite number.*got "2"/],
    ['a big integer', { inputs: new BigInt64Array(2), targets: 0 }, {}, /inputs\[0\] .*got 0n/],
    [
      'a class out of range',
      { inputs: [1, 2], targets: 2 },
      {},
      /targets\[0\] must be a whole number from 0 to 1, got 2/,
    ],
    [
      'a class that is not whole',
      { inputs: [1, 2], targets: 0.5 },
      {},
      /targets\[0\] must be a whole number.*got 0\.5/,
    ],
    [
      'targets too many',
      { inputs: [1, 2], targets: [0, 1] },
      {},
      /targets must hold 1 values, 1 for the sequence, got 2/,
    ],
  ])('refuses an example with %s', async (_, bad, more, message) => {
    await expect(load({ ...more, train: [whole, bad] })).rejects.toMatchObject({
      code: 'DATA_EXAMPLE',
      message: expect.stringMatching(message),
      exitCode: 2,
    });
  });

  it('refuses ids beyond the vocabulary, and targets that are not one a step', async () => {
    const ids = { inputs: { kind: 'ids', vocabulary: 3 }, targets: { kind: 'keys', size: 2, per: 'step' } };
    const split = (inputs: unknown, targets: unknown) => load({ ...ids, train: [{ inputs, targets }] });
    await expect(split([0, 3], [])).rejects.toThrow(
      /train\[0\]\.inputs\[1\] must be a whole number from 0 to 2, got 3/,
    );
    await expect(split([0, 1], [[0, 1]])).rejects.toThrow(/must hold 4 values, 2 for each of 2 steps, got 2/);
    await expect(split([0], [[0, 2]])).rejects.toThrow(/targets\[1\] must be a whole number from 0 to 1, got 2/);
    await expect(split([0, 1], 1)).rejects.toThrow(/targets must be an array or a typed array, got 1/);
  });

  it('refuses an empty split and an example that no block can hold', async () => {
    await expect(load({ test: [] })).rejects.toMatchObject({ code: 'DATA_TOO_SHORT' });
    const long = { inputs: new Float32Array(300_000), targets: 0 };
    await expect(load({ train: [long] })).rejects.toMatchObject({ code: 'EXAMPLE_TOO_LARGE' });
  });

  it('says where the code of the user failed, and closes what it had opened', async () => {
    let isClosed = false;
    const train = function* () {
      try {
        yield whole;
        yield { inputs: [NaN, 0], targets: 0 };
      } finally {
        isClosed = true;
      }
    };
    await expect(load({ train })).rejects.toMatchObject({ code: 'DATA_EXAMPLE' });
    expect(isClosed).toBe(true);
    const failing = { length: 4, example: (index: number) => (index < 2 ? whole : JSON.parse('{')) };
    await expect(load({ train: failing })).rejects.toMatchObject({
      code: 'DATA_FAILED',
      message: expect.stringMatching(/train\[2\] failed: SyntaxError: /),
    });
  });
});

describe('readExamples', () => {
  it.each<[string, unknown]>([
    [
      'an async generator',
      async function* () {
        yield whole;
        await new Promise(() => undefined);
      },
    ],
    [
      'an example by index',
      { length: 9, example: (index: number) => (index === 0 ? whole : new Promise(() => undefined)) },
    ],
  ])('does not wait for ever: %s', async (_, split) => {
    const read = async (): Promise<void> => {
      for await (const found of readExamples(split, 'm.mjs: train', 20)) expect(found).toBe(whole);
    };
    await expect(read()).rejects.toMatchObject({
      code: 'DATA_TIMEOUT',
      message: expect.stringMatching(/m\.mjs: train\[1\]: nothing came within 0\.02 s/),
    });
  });

  it('lets timers have their turn while examples come', async () => {
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 0);
    const split = { length: 20_000, example: () => whole };
    for await (const found of readExamples(split, 'm.mjs: train')) expect(found).toBe(whole);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
  });
});

it('takes the first module of docs/own-data.md as it stands', async () => {
  const page = await readFile(resolve(import.meta.dirname, '../../../docs/own-data.md'), 'utf8');
  const text = /^```js\nimport .*\n([\s\S]*?)^```/m.exec(page)?.[1] ?? '';
  const path = join(tmpdir(), `bridle-page-${process.pid}.mjs`);
  await writeFile(path, text.replace('defineData(', '(')); // the package is not installed there
  try {
    const { train, valid, test } = await loadOwnData({ name: 'own', source: path });
    expect([train.size, valid?.size, [...test.lengths]]).toEqual([1, 1, [3]]);
  } finally {
    await rm(path);
  }
});

describe('a data module', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'bridle-own-data-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  async function loadText(name: string, text: string): Promise<Dataset> {
    const path = join(directory, name);
    await writeFile(path, text);
    return loadOwnData({ name: 'own', source: path });
  }

  it('is loaded, and may wait at its top level', async () => {
    const dataset = await loadText('good.mjs', `export default await Promise.resolve(${JSON.stringify(base)});`);
    expect(dataset.digest).toBe((await load({})).digest);
  });

  it.each([
    ['MODULE_DEFAULT', 'no-default.mjs', 'export const train = 1;', /export default defineData/],
    ['MODULE_FAILED', 'throws.mjs', 'throw new Error("no disk");', /no disk/],
    ['DATA_DEFINITION', 'text.mjs', 'export default "csv";', /got "csv"/],
    [
      'DATA_FAILED',
      'function.mjs',
      'export default () => { throw new Error("gone"); };',
      /its function failed: Error: gone/,
    ],
  ])('is refused with %s: %s', async (code, name, text, message) => {
    await expect(loadText(name, text)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('that is not there is named', async () => {
    const source = join(directory, 'none.mjs');
    await expect(loadOwnData({ name: 'own', source })).rejects.toMatchObject({ code: 'MODULE_UNREADABLE' });
  });
});
