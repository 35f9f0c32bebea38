// A saved step comes back as it was; a bad file is an error with a code.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { decodeRecord, encodeRecord } from '../../../src/records/records.js';
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

it('comes back with what its run knew, and its shards with what they draw from', async () => {
  const { model, shards } = step;
  const run = {
    spec: {
      model,
      data: {
        name: 'a',
        inputs: { kind: 'ids', vocabulary: 3 },
        targets: { kind: 'value', size: 1, per: 'sequence' },
        maxLength: 2,
      },
      ...{ parameters: 4, shards: 4, rows: 3, seed: 5, wire: 'bf16' as const },
    },
    kernelId: 'native/1',
    penalty: { l1: 0.5, l2: { recurrent: 0.25, others: 0 } },
    totals: [Float32Array.of(1, NaN)],
    reports: [
      { shard: 2, nonFinite: '', loss: 0.1, count: 3, squaredNorm: Infinity },
      { shard: 3, nonFinite: 'head.bias' },
    ],
  } as const;
  const carried = shards.map((shard) => ({ ...shard, batch: { ...shard.batch, carried: Float32Array.of(1, 2, -0) } }));
  const path = await writeSavedStep(folder, 12, encodeSavedStep({ ...step, shards: carried, run }));
  const draws = { seed: 5, step: 11, exampleIds: [7, 5] };
  const drawing = carried.map((shard) => ({ ...shard, batch: { ...shard.batch, draws } }));
  expect(await readSavedStep(path)).toEqual({ ...step, shards: drawing, run });
});

it('reads a file of format 1, which knows nothing of its run', async () => {
  const record = decodeRecord(encodeSavedStep(step), { maxBytes: 4096, maxDepth: 16, maxElements: 1000 });
  const older = encodeRecord({ ...(record as object), formatVersion: 1 });
  expect(await readSavedStep(await writeSavedStep(folder, 12, older))).toEqual(step);
  const newer = encodeRecord({ ...(record as object), formatVersion: 3 });
  await expect(readSavedStep(await writeSavedStep(folder, 12, newer))).rejects.toMatchObject({
    code: 'SAVED_STEP_DAMAGED',
  });
});
