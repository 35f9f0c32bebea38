import { describe, expect, it } from 'vitest';
import { planRun } from '../../../src/coordinator/run-plan.js';
import { parseCommandLine } from '../../../src/config/parse-command-line.js';
import { resolveTraining } from '../../../src/config/resolve-training.js';
import { loadDataset } from '../../../src/data/load-dataset.js';
import { bytesOfBlocks, bytesOfStep } from '../../../src/estimate/wire-bytes.js';
import { encodeVector, frameSizes } from '../../../src/protocol/chunks.js';
import { messageBytes } from '../../../src/protocol/message.js';
import { headerBytes } from '../../../src/protocol/frame.js';
import { ShardQuantiser } from '../../../src/protocol/quantise.js';
import { wireDtypes } from '../../../src/protocol/wire-dtype.js';
import { createVectorArena } from '../../../src/tensor/vector-arena.js';

async function planOf(...flags: string[]) {
  const common = '--data adding --data-length 6 --data-examples 64 --global-batch 16 --hidden-size 8'.split(' ');
  const training = resolveTraining(parseCommandLine(['train', ...common, ...flags], {}).values);
  return planRun(await loadDataset(training.data), training);
}

describe('bytesOfStep', () => {
  it('gives each worker weights down, and up a gradient for each tree node that its shards fill', async () => {
    const plan = await planOf('--shards', '8');
    const vector = 4 * plan.layout.size;
    const [alone] = bytesOfStep(plan, 1, 0);
    expect(alone).toMatchObject({ shards: 8, nodes: 1 });
    expect(alone!.up).toBeGreaterThan(vector);
    expect(alone!.up).toBeLessThan(vector + 500);
    expect(bytesOfStep(plan, 2, 0)).toMatchObject([
      { shards: 4, nodes: 1 },
      { shards: 4, nodes: 1 },
    ]);
    const [first, second] = bytesOfStep(plan, 3, 0);
    expect([first, second]).toMatchObject([
      { shards: 3, nodes: 2 },
      { shards: 2, nodes: 2 },
    ]);
    expect(first!.up - bytesOfStep(plan, 2, 0)[0]!.up).toBeGreaterThan(vector * 0.9);
    expect(first!.down).toBeLessThan(alone!.down); // fewer examples are named
  });

  it('has rounded gradients travel shard by shard', async () => {
    const plan = await planOf('--wire', 'bf16');
    const [alone] = bytesOfStep(plan, 1, 0);
    expect(alone).toMatchObject({ shards: 8, nodes: 8 });
    expect(alone!.up).toBeGreaterThan(8 * 2 * plan.layout.size);
    expect(alone!.up).toBeLessThan(8 * 2 * plan.layout.size + 8 * 200);
  });
});

describe('bytesOfBlocks', () => {
  it('counts every block in its frame', async () => {
    const { dataset } = await planOf();
    const [block] = dataset.train.blocks;
    expect(bytesOfBlocks([block!])).toBe(block!.bytes().length + headerBytes + 4);
    expect(bytesOfBlocks([block!, block!])).toBe(2 * bytesOfBlocks([block!]));
  });
});

describe('frameSizes', () => {
  it.each(wireDtypes)('is the length of the frames that a vector makes as %s', (dtype) => {
    const arena = createVectorArena({ maxPages: 0 });
    const header = {
      kind: 'gradient',
      generation: 1,
      step: 0,
      attempt: 1,
      level: 0,
      index: 0,
      runId: '0'.repeat(16),
    } as const;
    for (const length of [1, 255, 256, 1000]) {
      const values = new Float32Array(length).fill(0.5);
      const quantiser = dtype === 'f32' ? undefined : new ShardQuantiser(arena, dtype, 1);
      quantiser?.begin(0);
      const vector = quantiser?.quantise(0, values) ?? values;
      const frames = encodeVector(header, vector, 700, () => 0);
      expect(frameSizes(dtype, length, 700)).toEqual(frames.map(messageBytes));
    }
  });
});
