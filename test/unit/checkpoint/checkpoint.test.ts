// Checkpoints: what is written comes back to the bit, and what is not as written is refused.
import { cp, mkdir, readFile, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  markBest,
  newestCheckpoint,
  pruneCheckpoints,
  readCheckpoint,
  sweepCheckpoints,
  writeCheckpoint,
} from '../../../src/checkpoint/checkpoint.js';
import { digestBytes } from '../../../src/checkpoint/digest.js';
import { breadth } from '../../breadth.js';
import { sampleSnapshot, temporaryFolder } from './sample-snapshot.js';

const fileNames = ['manifest.json', 'model.safetensors', 'optimizer.safetensors', 'state.msgpack'];

async function runWith(...steps: number[]): Promise<string> {
  const runDir = await temporaryFolder();
  for (const step of steps) await writeCheckpoint(runDir, sampleSnapshot(step));
  return runDir;
}

const inside = (runDir: string, ...path: string[]) => join(runDir, 'checkpoints', ...path);
const list = async (runDir: string) => (await readdir(inside(runDir))).sort();

/** Flips one bit of a file at each offset in turn, reads the checkpoint, and puts the file back; returns the errors. */
async function readFlipped(dir: string, file: string, offsets: readonly number[]): Promise<unknown[]> {
  const path = join(dir, file);
  const bytes = await readFile(path);
  const errors: unknown[] = [];
  for (const offset of offsets) {
    const flipped = Buffer.from(bytes);
    flipped[offset]! ^= 1 << (offset % 8);
    await writeFile(path, flipped);
    errors.push(await readCheckpoint(dir).catch((error: unknown) => error));
  }
  await writeFile(path, bytes);
  return errors;
}

describe('writing and reading', () => {
  it('gives back every value and bit of a snapshot', async () => {
    const runDir = await runWith(500);
    const written = sampleSnapshot(500);
    const { manifest, ...read } = await readCheckpoint(inside(runDir, 'step-00000500'));
    expect(read).toEqual(written);
    expect(Object.is(read.params[0], -0)).toBe(true);
    expect(manifest).toMatchObject({ formatVersion: 2, step: 500, digest: written.digest });
  });

  it('writes four files, the pointer and nothing else, and says how many bytes', async () => {
    const runDir = await temporaryFolder();
    const { path, bytes } = await writeCheckpoint(runDir, sampleSnapshot(500));
    expect(path).toBe(inside(runDir, 'step-00000500'));
    expect((await readdir(path)).sort()).toEqual(fileNames);
    const sizes = await Promise.all(fileNames.map(async (file) => (await readFile(join(path, file))).length));
    expect(bytes).toBe(sizes.reduce((sum, size) => sum + size));
    expect(await list(runDir)).toEqual(['last', 'step-00000500']);
    expect(await readFile(inside(runDir, 'last'), 'utf8')).toBe('step-00000500\n');
  });

  it('writes equal snapshots to equal bytes', async () => {
    const [a, b] = [await runWith(7), await runWith(7)];
    for (const file of fileNames) {
      expect(await readFile(inside(a, 'step-00000007', file))).toEqual(
        await readFile(inside(b, 'step-00000007', file)),
      );
    }
  });

  it('keeps a state without moments and without metrics', async () => {
    const runDir = await temporaryFolder();
    const { digestState } = await import('../../../src/checkpoint/digest.js');
    const optimizer = { moments: {}, scalars: {}, histories: {} };
    const base = sampleSnapshot(3);
    const snapshot = { ...base, optimizer, metrics: {}, digest: digestState(base.params, optimizer) };
    await writeCheckpoint(runDir, snapshot);
    const { manifest: _, ...read } = await readCheckpoint(inside(runDir, 'step-00000003'));
    expect(read).toEqual(snapshot);
  });

  it('replaces a checkpoint of the same step', async () => {
    const runDir = await runWith(500);
    await writeCheckpoint(runDir, { ...sampleSnapshot(500), metrics: { bestLoss: 0.25 } });
    const { snapshot } = await newestCheckpoint(runDir);
    expect(snapshot.metrics).toEqual({ bestLoss: 0.25 });
    expect(await list(runDir)).toEqual(['last', 'step-00000500']);
  });
});

describe('damage', () => {
  const damaged = { name: 'CheckpointError', code: 'CHECKPOINT_DAMAGED' };

  it.each(fileNames)('finds a flipped bit in every byte of %s, or of its header', async (file) => {
    const dir = inside(await runWith(500), 'step-00000500');
    const bytes = await readFile(join(dir, file));
    const headerBytes = file.endsWith('.safetensors') ? 8 + Number(bytes.readBigUInt64LE()) : bytes.length;
    const stride = breadth({ unit: 25, sweep: 1 }); // odd: every bit of a byte comes up
    const offsets = [...bytes.subarray(0, headerBytes).keys()].filter((offset) => offset % stride === 0);
    for (const error of await readFlipped(dir, file, offsets)) {
      expect(error).toMatchObject(damaged);
    }
    await readCheckpoint(dir);
  });

  it('finds bits flipped all over the files, and names the file', async () => {
    const dir = inside(await runWith(500), 'step-00000500');
    for (const file of fileNames) {
      const { length } = await readFile(join(dir, file));
      for (const error of await readFlipped(
        dir,
        file,
        Array.from({ length: breadth({ unit: 25, sweep: 125 }) }, (_, i) => (i * 7919) % length),
      )) {
        expect(error).toMatchObject({ ...damaged, message: expect.stringContaining(file) });
      }
    }
  });

  it('finds a file cut at any of its borders, made longer, or gone', async () => {
    const dir = inside(await runWith(500), 'step-00000500');
    for (const file of fileNames) {
      const bytes = await readFile(join(dir, file));
      for (const length of [0, 1, 7, 8, 9, bytes.length >> 1, bytes.length - 1]) {
        await truncate(join(dir, file), length);
        await expect(readCheckpoint(dir)).rejects.toMatchObject(damaged);
        await writeFile(join(dir, file), bytes);
      }
      await writeFile(join(dir, file), Buffer.concat([bytes, Buffer.alloc(1)]));
      await expect(readCheckpoint(dir)).rejects.toMatchObject(damaged);
      await rm(join(dir, file));
      await expect(readCheckpoint(dir)).rejects.toMatchObject(damaged);
      await writeFile(join(dir, file), bytes);
    }
  });

  it('finds a file that came from another checkpoint', async () => {
    const runDir = await runWith(500, 600);
    for (const file of fileNames.slice(1)) {
      const [there, here] = [inside(runDir, 'step-00000500', file), inside(runDir, 'step-00000600', file)];
      const bytes = await readFile(here);
      await cp(there, here);
      await expect(readCheckpoint(inside(runDir, 'step-00000600'))).rejects.toMatchObject(damaged);
      await writeFile(here, bytes);
    }
  });

  it('refuses a snapshot whose digest does not fit its state', async () => {
    const runDir = await temporaryFolder();
    await writeCheckpoint(runDir, { ...sampleSnapshot(500), digest: 'f'.repeat(64) });
    await expect(readCheckpoint(inside(runDir, 'step-00000500'))).rejects.toMatchObject(damaged);
  });

  it('refuses another format version, names both, and does not fall back behind it', async () => {
    const runDir = await runWith(400, 500);
    const path = inside(runDir, 'step-00000500', 'manifest.json');
    const text = (await readFile(path, 'utf8')).replace('"formatVersion": 2', '"formatVersion": 3');
    const head = text.slice(0, text.lastIndexOf(',\n  "sha256"'));
    await writeFile(path, `${head},\n  "sha256": "${digestBytes(head)}"\n}\n`);
    await expect(newestCheckpoint(runDir)).rejects.toMatchObject({
      code: 'CHECKPOINT_VERSION',
      message: expect.stringMatching(/version 3.*reads 1 to 2/),
    });
  });

  it('reads what format version 1 wrote, by the digest of that time', async () => {
    const { manifest, ...snapshot } = await readCheckpoint('test/fixtures/checkpoint/v1/step-00000003');
    expect([manifest.formatVersion, snapshot.digestAlgorithm]).toEqual([1, 'sha256']);
    expect(snapshot.optimizer.scalars['step']).toBe(3);
    expect([...snapshot.params.subarray(0, 3)]).toEqual([0.1 / 3, 0.2 / 3, (3 * 0.1) / 3].map(Math.fround));
  });

  it('says which folder is missing', async () => {
    const runDir = await temporaryFolder();
    await expect(readCheckpoint(inside(runDir, 'step-00000500'))).rejects.toMatchObject({ code: 'CHECKPOINT_MISSING' });
    await expect(newestCheckpoint(runDir)).rejects.toMatchObject({ code: 'CHECKPOINT_MISSING' });
  });
});

describe('the newest checkpoint', () => {
  it('is the one before a damaged one, which is named', async () => {
    const runDir = await runWith(400, 500, 600);
    await truncate(inside(runDir, 'step-00000600', 'model.safetensors'), 100);
    await rm(inside(runDir, 'step-00000500', 'manifest.json'));
    const { snapshot, damaged } = await newestCheckpoint(runDir);
    expect(snapshot.step).toBe(400);
    expect(damaged.map(({ path }) => path)).toEqual([inside(runDir, 'step-00000600'), inside(runDir, 'step-00000500')]);
    expect(damaged[0]?.reason).toMatch(/model\.safetensors is damaged: wanted \d+ bytes, got 100/);
  });

  it('is refused when none is whole, with every reason', async () => {
    const runDir = await runWith(400, 500);
    for (const step of ['step-00000400', 'step-00000500']) await rm(inside(runDir, step, 'state.msgpack'));
    await expect(newestCheckpoint(runDir)).rejects.toMatchObject({
      code: 'CHECKPOINT_DAMAGED',
      message: expect.stringMatching(/step-00000500.*step-00000400/s),
    });
  });

  it('sorts by step also beyond eight digits', async () => {
    const runDir = await runWith(99_999_999, 100_000_000);
    expect((await newestCheckpoint(runDir)).snapshot.step).toBe(100_000_000);
  });

  it('is still there when a crash came between the two renames of a replacement', async () => {
    const runDir = await runWith(400, 500);
    await rename(inside(runDir, 'step-00000500'), inside(runDir, '.replaced-step-00000500'));
    expect((await newestCheckpoint(runDir)).snapshot.step).toBe(500);
    await sweepCheckpoints(runDir);
    expect(await list(runDir)).toEqual(['last', 'step-00000400', 'step-00000500']);
  });
});

describe('pruning', () => {
  it('keeps the newest and the best', async () => {
    const runDir = await runWith(100, 200, 300, 400, 500);
    await markBest(runDir, 200);
    expect(await pruneCheckpoints(runDir, 2)).toEqual([
      inside(runDir, 'step-00000300'),
      inside(runDir, 'step-00000100'),
    ]);
    expect(await list(runDir)).toEqual(['best', 'last', 'step-00000200', 'step-00000400', 'step-00000500']);
  });

  it('does not count a damaged checkpoint that the run fell back from', async () => {
    const runDir = await runWith(100, 200);
    await mkdir(inside(runDir, 'step-00000900'));
    await pruneCheckpoints(runDir, 1);
    expect(await list(runDir)).toEqual(['last', 'step-00000200', 'step-00000900']);
  });

  it('never removes the last one', async () => {
    const runDir = await runWith(100);
    expect(await pruneCheckpoints(runDir, 0)).toEqual([]);
  });

  it('refuses to mark a checkpoint that is not there', async () => {
    const runDir = await runWith(100);
    await expect(markBest(runDir, 200)).rejects.toMatchObject({ code: 'CHECKPOINT_MISSING' });
  });

  it('sweeps what a crash left, and only that', async () => {
    const runDir = await runWith(100);
    for (const name of ['.writing-step-00000200', '.removing-step-00000050', '.replaced-step-00000100']) {
      await mkdir(inside(runDir, name));
      await writeFile(inside(runDir, name, 'model.safetensors'), 'half');
    }
    await writeFile(inside(runDir, 'notes.txt'), 'mine');
    await sweepCheckpoints(runDir);
    expect(await list(runDir)).toEqual(['last', 'notes.txt', 'step-00000100']);
  });
});
