// A saved step comes back as it was; a bad file is an error with a code.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { encodeSavedStep, readSavedStep, writeSavedStep, type SavedStep } from '../../../src/checkpoint/saved-step.js';

const step: SavedStep = {
  runId: 'abc',
  step: 12,
  reason: 'non-finite',
  gradNorm: NaN,
  model: {
    cell: 'lstm',
    layers: 1,
    inputs: 'ids',
    inputSize: 3,
    hiddenSize: 1,
    outputSize: 1,
    loss: 'squared-error',
    targetsPer: 'sequence',
    bidirectional: true,
  },
  params: Float32Array.of(1, NaN, -Infinity, -0),
  shards: [
    {
      shard: 2,
      exampleIds: [7, 5],
      batch: {
        rows: 3,
        steps: 2,
        lengths: Int32Array.of(2, 1, 0),
        inputs: Int32Array.of(1, 2, 0, 1, 0, 0),
        targets: Float32Array.of(0.5, 1, 0),
      },
    },
  ],
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bridle-saved-step-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('comes back as it was written, bit for bit', async () => {
  const path = await writeSavedStep(folder, 12, encodeSavedStep(step));
  expect(path).toBe(join(folder, 'spikes', 'step-00000012.msgpack'));
  expect(await readSavedStep(path)).toEqual(step);
});

it('refuses what is missing, cut, changed or something else', async () => {
  const path = await writeSavedStep(folder, 12, encodeSavedStep(step));
  const bytes = await readFile(path);
  await expect(readSavedStep(join(folder, 'nowhere'))).rejects.toMatchObject({
    code: 'SAVED_STEP_MISSING',
    exitCode: 2,
  });
  const damages = [bytes.subarray(0, bytes.length - 1), Buffer.from('{}'), Buffer.alloc(0), Buffer.from(bytes)];
  damages.at(-1)![bytes.indexOf('params', bytes.indexOf('paramsDigest') + 12) + 10]! ^= 1;
  for (const damage of damages) {
    await writeFile(path, damage);
    await expect(readSavedStep(path)).rejects.toMatchObject({ code: 'SAVED_STEP_DAMAGED', exitCode: 6 });
  }
});
