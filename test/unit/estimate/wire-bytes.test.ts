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

describe('the statistics of batch normalisation', () => {
  const layers = 2;
  const width = 4 * 8; // an LSTM's gates of 8 units

  it('are counted in each of their rounds: a part of every shard up, a total down with the lease that follows', async () => {
    const [alone] = bytesOfStep(await planOf('--norm', 'batch', '--layers', String(layers)), 1, 0);
    const { rounds, down, up } = alone!.statistics!;
    expect(rounds).toBe(2 * layers);
    const parts = rounds * 8 * 4 * (1 + 2 * width);
    expect(up).toBeGreaterThan(parts);
    expect(up).toBeLessThan(parts + rounds * (8 * 12 + 40));
    expect(down).toBeGreaterThan((rounds - 1) * 8 * width);
    expect(alone!.up).toBeGreaterThan(up);
    const [without] = bytesOfStep(await planOf('--layers', String(layers)), 1, 0);
    expect(without!.statistics).toBeUndefined();
  });

  it('go with the report where each shard has its own', async () => {
    const [plain, ghost] = [await planOf(), await planOf('--norm', 'batch-ghost')];
    const beside = 4 * (ghost.layout.size - plain.layout.size);
    const [before, after] = [bytesOfStep(plain, 1, 0)[0]!, bytesOfStep(ghost, 1, 0)[0]!];
    expect(after.statistics).toBeUndefined();
    expect(after.up - before.up - beside - 8 * 4 * (1 + 2 * width)).toBeLessThan(8 * 8);
    expect(after.up - before.up).toBeGreaterThan(beside + 8 * 4 * (1 + 2 * width));
  });

  it('take two rounds each way for every step of an LSTM that is normalised step by step', async () => {
    expect(bytesOfStep(await planOf('--norm', 'batch-step'), 2, 0)).toMatchObject([
      { statistics: { rounds: 4 * 6 } },
      { statistics: { rounds: 4 * 6 } },
    ]);
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
      const frames = [...encodeVector(header, vector, 700, () => 0)];
      expect(frameSizes(dtype, length, 700)).toEqual(frames.map(messageBytes));
    }
  });
});
