import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeBlock } from '../../../src/data/block.js';
import type { Dataset, SplitName } from '../../../src/data/dataset.js';
import { loadJsonl, type JsonlOptions } from '../../../src/data/jsonl.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bridle-jsonl-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function load(lines: readonly unknown[], more: Partial<JsonlOptions> = {}): Promise<Dataset> {
  const path = join(directory, 'data.jsonl');
  await writeFile(path, lines.map((line) => JSON.stringify(line)).join('\n'));
  return loadJsonl({ name: 'jsonl', paths: [path], validFraction: 0, testFraction: 0.5, ...more });
}

function examples(dataset: Dataset, split: SplitName) {
  return dataset[split]!.blocks.flatMap((block) => {
    const { lengths, inputs, targets } = decodeBlock(block.bytes(), dataset.spec);
    return [[...lengths], [...inputs], [...targets]];
  });
}

describe('loadJsonl', () => {
  it('reads frames of keys, whose target is the next frame, in the splits that the lines name', async () => {
    const dataset = await load(
      [
        { split: 'test', frames: [[0], [2, 1], []] },
        { split: 'train', frames: [[1], [0]] },
        { split: 'valid', frames: [[2], [2]] },
      ],
      { classes: 3 },
    );
    expect(dataset.spec).toEqual({
      name: 'jsonl',
      inputs: { kind: 'dense', dtype: 'u8', features: 3, scale: 1 },
      targets: { kind: 'keys', size: 3, per: 'step' },
      maxLength: 2,
    });
    expect(examples(dataset, 'test')).toEqual([[2], [1, 0, 0, 0, 1, 1], [0, 1, 1, 0, 0, 0]]);
    expect(examples(dataset, 'valid')).toEqual([[1], [0, 0, 1], [0, 0, 1]]);
  });

  it('takes 88 keys unless told otherwise', async () => {
    const { spec } = await load([{ frames: [[3], [87]] }, { frames: [[0], [1]] }]);
    expect(spec.targets).toEqual({ kind: 'keys', size: 88, per: 'step' });
  });

  it('reads ids with the next id, a label or a label a step as target', async () => {
    const next = await load([{ ids: [4, 1, 2] }, { ids: [0, 3] }]);
    expect(next.spec.inputs).toEqual({ kind: 'ids', vocabulary: 5 });
    expect(next.spec.targets).toEqual({ kind: 'class', classes: 5, per: 'step' });
    expect(examples(next, 'train')).toEqual([[2], [4, 1], [1, 2]]);
    const label = await load([
      { ids: [4, 1, 2], labels: 1 },
      { ids: [0], labels: 2 },
    ]);
    expect(label.spec.targets).toEqual({ kind: 'class', classes: 3, per: 'sequence' });
    expect(examples(label, 'test')).toEqual([[1], [0], [2]]);
    const steps = await load(
      [
        { ids: [4, 1], labels: [1, 0] },
        { ids: [0], labels: [6] },
      ],
      { classes: 9 },
    );
    expect(steps.spec.targets).toEqual({ kind: 'class', classes: 9, per: 'step' });
  });

  it('reads numbers with numbers a sequence or a step as target', async () => {
    const one = await load([
      { inputs: [0.5, 2], targets: 7 },
      { inputs: [1], targets: 8 },
    ]);
    expect(one.spec.inputs).toEqual({ kind: 'dense', dtype: 'f32', features: 1, scale: 1 });
    expect(examples(one, 'train')).toEqual([[2], [0.5, 2], [7]]);
    const steps = await load([
      { inputs: [[1, 2]], targets: [[3]] },
      { inputs: [[1, 2]], targets: [[4]] },
    ]);
    expect(steps.spec.targets).toEqual({ kind: 'value', size: 1, per: 'step' });
    const vector = await load([
      { inputs: [[1, 2]], targets: [3, 5] },
      { inputs: [[1, 2]], targets: [4, 6] },
    ]);
    expect(vector.spec.targets).toEqual({ kind: 'value', size: 2, per: 'sequence' });
    expect(examples(vector, 'test')).toEqual([[1], [1, 2], [4, 6]]);
  });

  it('cuts lines without splits in their order, and joins files', async () => {
    const dataset = await load(
      Array.from({ length: 10 }, (_, i) => ({ ids: [i, i] })),
      {
        validFraction: 0.2,
        testFraction: 0.1,
      },
    );
    expect([dataset.train.size, dataset.valid?.size, dataset.test.size]).toEqual([7, 2, 1]);
    expect(examples(dataset, 'test')).toEqual([[1], [9], [9]]);
  });
});
