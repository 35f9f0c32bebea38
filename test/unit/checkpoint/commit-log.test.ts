// The commit log: grouped syncs in order, a torn tail cut, damage refused, a failed disk told once.
import { appendFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openCommitLog, readCommitLog, truncateLog, type CommitRecord } from '../../../src/checkpoint/commit-log.js';
import { breadth } from '../../breadth.js';
import { temporaryFolder } from './sample-snapshot.js';

function record(step: number): CommitRecord {
  return {
    step,
    epoch: 0,
    generation: 1,
    digest: 'ab'.repeat(32),
    loss: 1 / step,
    count: 64,
    gradNorm: 2.5,
    clippedNorm: 1,
    clipCoefficient: 0.4,
    learningRate: 1e-3,
    skipped: false,
    seed: 42,
  };
}

const fail = (error: unknown) => {
  throw error;
};

/** Writes steps `from` to `to`, each group awaited when `syncEach`; returns what onSynced said. */
async function writeSteps(path: string, from: number, to: number, syncEach = true): Promise<number[]> {
  const synced: number[] = [];
  const log = openCommitLog(path, { onSynced: (step) => synced.push(step), onError: fail });
  for (let step = from; step <= to; step++) {
    log.append(record(step));
    if (syncEach) await log.flush();
  }
  await log.close();
  return synced;
}

const steps = (records: readonly CommitRecord[]) => records.map(({ step }) => step);
const lineStarts = (bytes: Buffer) => [0, ...[...bytes.keys()].filter((i) => bytes[i] === 10).map((i) => i + 1)];
const newPath = async () => join(await temporaryFolder(), 'commits.jsonl');

describe('appending', () => {
  it('gives back the records, across two openings', async () => {
    const path = await newPath();
    await writeSteps(path, 1, 3);
    await writeSteps(path, 4, 5);
    const contents = await readCommitLog(path);
    expect(contents.records).toEqual([1, 2, 3, 4, 5].map(record));
    expect(contents).toMatchObject({ validBytes: (await stat(path)).size, tornBytes: 0 });
  });

  it('syncs at once, then groups what came meanwhile, at most maxSteps together', async () => {
    const path = await newPath();
    expect(await writeSteps(path, 1, 40, false)).toEqual([1, 17, 33, 40]);
    expect(steps((await readCommitLog(path)).records)).toHaveLength(40);
  });

  it('announces a step only when it is in the file', async () => {
    const path = await newPath();
    const { readFileSync } = await import('node:fs');
    const seen: boolean[] = [];
    const log = openCommitLog(path, {
      onSynced: (step) => seen.push(readFileSync(path, 'utf8').includes(`"step":${step},`)),
      onError: fail,
    });
    for (let step = 1; step <= 5; step++) log.append(record(step));
    await log.close();
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every(Boolean)).toBe(true);
  });

  it('makes those wait who would run further ahead of the disk than maxSteps', async () => {
    const path = await newPath();
    let onDisk = 0;
    const log = openCommitLog(path, { onSynced: (step) => (onDisk = step), onError: fail, maxSteps: 3 });
    for (let step = 1; step <= 20; step++) {
      await log.waitForRoom();
      expect(step - 1 - onDisk).toBeLessThan(3);
      log.append(record(step));
    }
    await log.close();
    expect(onDisk).toBe(20);
  });

  it('writes numbers that JSON has no word for as strings, and reads them back', async () => {
    const path = await newPath();
    const log = openCommitLog(path, { onSynced: () => undefined, onError: fail });
    log.append({ ...record(1), loss: NaN, gradNorm: Infinity, clippedNorm: -Infinity, skipped: true });
    await log.close();
    const text = await readFile(path, 'utf8');
    expect(JSON.parse(text.split('\n')[1] ?? '')).toMatchObject({ loss: 'NaN', gradNorm: 'Infinity' });
    expect((await readCommitLog(path)).records[0]).toMatchObject({
      loss: NaN,
      gradNorm: Infinity,
      clippedNorm: -Infinity,
    });
  });

  it('refuses a step after it was closed, and a file that ends in the middle of a line', async () => {
    const path = await newPath();
    const log = openCommitLog(path, { onSynced: () => undefined, onError: fail });
    log.append(record(1));
    await log.close();
    expect(() => log.append(record(2))).toThrow('closed');
    await appendFile(path, '{"step":2');
    expect(() => openCommitLog(path, { onSynced: () => undefined, onError: fail })).toThrow(
      expect.objectContaining({ code: 'LOG_DAMAGED' }),
    );
  });

  it.skipIf(!existsSync('/dev/full'))(
    'tells a full disk once, announces nothing, and takes no more steps',
    async () => {
      const errors: unknown[] = [];
      const synced: number[] = [];
      const log = openCommitLog('/dev/full', { onSynced: (step) => synced.push(step), onError: (e) => errors.push(e) });
      log.append(record(1));
      log.append(record(2));
      await expect(log.flush()).rejects.toMatchObject({ code: 'DISK_FULL' });
      expect(() => log.append(record(3))).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
      await expect(log.waitForRoom()).rejects.toMatchObject({ code: 'DISK_FULL' });
      await log.close();
      expect(errors).toHaveLength(1);
      expect(synced).toEqual([]);
    },
  );
});

describe('reading after a crash', () => {
  it('takes a missing file and an empty file for an empty log', async () => {
    const path = await newPath();
    expect(await readCommitLog(path)).toEqual({ records: [], validBytes: 0, tornBytes: 0 });
    await writeFile(path, '');
    expect(await readCommitLog(path)).toEqual({ records: [], validBytes: 0, tornBytes: 0 });
  });

  it('cuts the torn tail at every border of a record, a byte before and a byte after', async () => {
    const path = await newPath();
    await writeSteps(path, 1, 6);
    const whole = await readFile(path);
    const starts = lineStarts(whole);
    for (const border of starts.filter((_, i) => i % breadth({ unit: 3, sweep: 1 }) === 0)) {
      for (const length of [border - 1, border, border + 1].filter((n) => n >= 0 && n <= whole.length)) {
        await writeFile(path, whole);
        await truncate(path, length);
        const contents = await readCommitLog(path);
        const validBytes = Math.max(...starts.filter((start) => start <= length));
        expect(contents).toMatchObject({ validBytes, tornBytes: length - validBytes });
        await truncateLog(path, contents.validBytes);
        await writeSteps(path, contents.records.length + 1, 6);
        expect(steps((await readCommitLog(path)).records)).toEqual([1, 2, 3, 4, 5, 6]);
      }
    }
  });

  it('refuses every flipped byte before the last line, naming line and offset, and cuts a flip in the last line', async () => {
    const path = await newPath();
    await writeSteps(path, 1, 4);
    const whole = await readFile(path);
    const starts = lineStarts(whole);
    for (let offset = 0; offset < whole.length; offset += breadth({ unit: 9, sweep: 1 })) {
      const bytes = Buffer.from(whole);
      bytes[offset]! ^= 1 << (offset % 8);
      await writeFile(path, bytes);
      const line = starts.findLastIndex((start) => start <= offset);
      const isTail = offset + 1 >= starts[4]!; // without the newline before it, the last line goes with the one before
      if (isTail) expect((await readCommitLog(path)).records).toHaveLength(line === 4 ? 3 : 2);
      else {
        const place = new RegExp(`line ${line + 1} at byte ${starts[line]},`);
        await expect(readCommitLog(path)).rejects.toMatchObject({
          code: 'LOG_DAMAGED',
          message: expect.stringMatching(place),
        });
      }
    }
  });

  it('takes a hole inside the last unsynced group for a torn tail: nothing in it was announced', async () => {
    const path = await newPath();
    await writeSteps(path, 1, 3);
    await writeSteps(path, 4, 4);
    await writeSteps(path, 5, 12, false); // 5 alone, then 6 to 12 in one group
    const whole = await readFile(path);
    const start = whole.indexOf('{"step":7,');
    await writeFile(path, Buffer.from(whole).fill(0, start, start + 50));
    const contents = await readCommitLog(path);
    expect(steps(contents.records)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(contents.validBytes).toBe(start);
  });

  it('refuses a step that does not follow the one before', async () => {
    const path = await newPath();
    await writeSteps(path, 1, 2);
    await writeSteps(path, 4, 4);
    await expect(readCommitLog(path)).rejects.toMatchObject({
      code: 'LOG_DAMAGED',
      message: expect.stringContaining('wanted step 3, got step 4'),
    });
  });

  it('refuses a log of another format version', async () => {
    const path = await newPath();
    const head = '{"log":"bridle-commits","formatVersion":2';
    await writeFile(path, `${head},"crc32":"${crc32(head).toString(16).padStart(8, '0')}"}\n`);
    await expect(readCommitLog(path)).rejects.toMatchObject({ code: 'LOG_VERSION' });
  });

  it('refuses a whole line that is no record rather than cut it', async () => {
    const path = await newPath();
    await writeSteps(path, 1, 1);
    const head = '{"step":2';
    await appendFile(path, `${head},"crc32":"${crc32(head).toString(16).padStart(8, '0')}"}\n`);
    await expect(readCommitLog(path)).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
  });
});
