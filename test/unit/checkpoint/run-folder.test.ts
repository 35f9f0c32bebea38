// The run's folder: made once, found again, described, and held by one process at a time.
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createRunFolder,
  findRunOf,
  lockRunFolder,
  nextGeneration,
  readRunRecord,
  resolveRunFolder,
  writeAtomically,
  writeRunRecord,
  type RunRecord,
} from '../../../src/checkpoint/run-folder.js';
import { temporaryFolder } from './sample-snapshot.js';

const clock = new Date('2026-01-31T23:59:58.123Z');
const record: RunRecord = {
  formatVersion: 1,
  runId: 'run-1',
  command: ['train', '--data', 'adding'],
  bridleVersion: '0.1.0',
  nodeVersion: 'v20.19.0',
  dataDigest: 'ab',
  generation: 0,
  createdUtc: clock.toISOString(),
};

describe('the folder', () => {
  it('is named by data, cell and time, holds logs and checkpoints, and is the latest', async () => {
    const parent = join(await temporaryFolder(), 'runs');
    const runDir = await createRunFolder(parent, 'adding-lstm', clock);
    expect(runDir).toBe(join(parent, 'adding-lstm-20260131T235958Z'));
    expect((await readdir(runDir)).sort()).toEqual(['checkpoints', 'logs']);
    expect(await resolveRunFolder(parent)).toBe(runDir);
  });

  it('gets another name when two runs start in one second', async () => {
    const parent = await temporaryFolder();
    await createRunFolder(parent, 'adding-lstm', clock);
    const second = await createRunFolder(parent, 'adding-lstm', clock);
    expect(second).toBe(join(parent, 'adding-lstm-20260131T235958Z-2'));
    expect(await resolveRunFolder(parent)).toBe(second);
  });

  it('is found by its path or by its name', async () => {
    const parent = await temporaryFolder();
    const runDir = await createRunFolder(parent, 'text-rnn', clock);
    expect(await resolveRunFolder(parent, runDir)).toBe(runDir);
    expect(await resolveRunFolder(parent, 'text-rnn-20260131T235958Z')).toBe(runDir);
  });

  it('is found by the folder of runs that it is the latest of, by the pointer there, and by its checkpoints', async () => {
    const parent = join(await temporaryFolder(), 'runs');
    const older = await createRunFolder(parent, 'text-rnn', clock);
    const runDir = await createRunFolder(parent, 'text-rnn', clock);
    for (const target of [parent, join(parent, 'latest'), 'latest', undefined])
      expect(await resolveRunFolder(target === 'latest' || target === undefined ? parent : 'elsewhere', target)).toBe(
        runDir,
      );
    const checkpoint = join(older, 'checkpoints', 'step-00000005');
    await mkdir(checkpoint);
    expect(await findRunOf(checkpoint, 'elsewhere')).toBe(older);
    expect(await findRunOf(older, 'elsewhere')).toBe(older);
    // A run that was reproduced holds a folder of runs; it stays the run.
    await createRunFolder(join(older, 'reproduced'), 'text-rnn', clock);
    expect(await findRunOf(older, 'elsewhere')).toBe(older);
    // To go on from a checkpoint would mean to give up what came after it: --resume takes runs alone.
    expect(await resolveRunFolder('elsewhere', checkpoint)).toBe(checkpoint);
  });

  it('is not found: no such folder, no runs yet, or a pointer to nowhere', async () => {
    const parent = await temporaryFolder();
    const notFound = { code: 'RUN_NOT_FOUND' };
    await expect(resolveRunFolder(parent, 'nothing')).rejects.toMatchObject(notFound);
    await expect(resolveRunFolder(parent)).rejects.toMatchObject(notFound);
    for (const name of ['gone\n', '\n', '..\n', '../..\n', '/tmp\n']) {
      await writeFile(join(parent, 'latest'), name);
      await expect(resolveRunFolder(parent)).rejects.toMatchObject(notFound);
    }
  });
});

describe('run.json', () => {
  it('comes back as written, with and without a kernel id', async () => {
    const runDir = await temporaryFolder();
    for (const value of [record, { ...record, kernelId: 'wasm/1' }]) {
      await writeRunRecord(runDir, value);
      expect(await readRunRecord(runDir)).toEqual(value);
    }
  });

  it('raises the generation at every start', async () => {
    const runDir = await temporaryFolder();
    await writeRunRecord(runDir, record);
    expect([await nextGeneration(runDir), await nextGeneration(runDir)]).toEqual([1, 2]);
    expect(await readRunRecord(runDir)).toEqual({ ...record, generation: 2 });
  });

  it('is refused when it is missing, damaged or of another version', async () => {
    const runDir = await temporaryFolder();
    await expect(readRunRecord(runDir)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    for (const text of ['{"formatVersion":', JSON.stringify({ ...record, formatVersion: 2 })]) {
      await writeFile(join(runDir, 'run.json'), text);
      await expect(readRunRecord(runDir)).rejects.toMatchObject({ code: 'RUN_DAMAGED' });
    }
  });
});

describe('atomic writing', () => {
  it('replaces a file and overwrites what a crash left beside it', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'config.yaml');
    await writeFile(join(folder, '.config.yaml.tmp'), 'a half-written, much longer text');
    await writeAtomically(path, 'old');
    await writeAtomically(path, 'new');
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['config.yaml']);
  });

  it('lets many runs start at once in one folder', async () => {
    const parent = await temporaryFolder();
    const runs = await Promise.all(Array.from({ length: 8 }, () => createRunFolder(parent, 'run', new Date(0))));
    expect(new Set(runs).size).toBe(8);
    expect(runs.map((run) => basename(run))).toContain((await readFile(join(parent, 'latest'), 'utf8')).trim());
  });

  it('says why and what is safe when the folder is not there', async () => {
    const path = join(await temporaryFolder(), 'nowhere', 'run.json');
    await expect(writeAtomically(path, 'x')).rejects.toMatchObject({
      code: 'DISK_WRITE',
      message: expect.stringContaining('ENOENT'),
    });
  });
});

describe('the lock', () => {
  it('is held by one at a time, and the refusal names the pid', async () => {
    const runDir = await temporaryFolder();
    const lock = await lockRunFolder(runDir);
    await expect(lockRunFolder(runDir)).rejects.toMatchObject({
      code: 'RUN_IN_USE',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await lock.release();
    await (await lockRunFolder(runDir)).release();
    expect(await readdir(runDir)).toEqual([]);
  });

  it('is taken over from a dead process, also when its pid lives again as another', async () => {
    const runDir = await temporaryFolder();
    const deadPid = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).trim();
    for (const holder of [`${deadPid} 1\n`, `${process.pid} 1\n`, 'garbage', '']) {
      await writeFile(join(runDir, 'lock'), holder);
      const lock = await lockRunFolder(runDir);
      expect(await readFile(join(runDir, 'lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} `));
      await lock.release();
    }
  });

  it('goes to exactly one of many who take over a dead lock at once', async () => {
    const runDir = await temporaryFolder();
    for (let round = 0; round < 20; round++) {
      await writeFile(join(runDir, 'lock'), '999999999 1\n');
      if (round % 2 === 0) await writeFile(join(runDir, 'lock.takeover'), '999999998 1\n'); // died in the takeover
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockRunFolder(runDir)));
      const held = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      expect(held).toHaveLength(1);
      for (const reason of refused) expect(reason).toMatchObject({ code: 'RUN_IN_USE' });
      await held[0]?.release();
      expect(await readdir(runDir)).toEqual([]);
    }
  });

  it('clears what a crash left in checkpoints/', async () => {
    const runDir = await temporaryFolder();
    await mkdir(join(runDir, 'checkpoints', '.writing-step-00000100'), { recursive: true });
    await (await lockRunFolder(runDir)).release();
    expect(await readdir(join(runDir, 'checkpoints'))).toEqual([]);
  });
});
