// A disk that is full, fails or cannot be written: the reason is told, and what was saved before is still there.
import { spawnSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newestCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { readCommitLog } from '../../src/checkpoint/commit-log.js';
import {
  buildChild,
  childScript,
  copyRun,
  discard,
  hasStrace,
  makeRun,
  runToEnd,
  runTraced,
} from './checkpoint-process.js';

let folder = '';
let runDir = '';

beforeAll(async () => {
  folder = await buildChild();
  runDir = await makeRun(folder);
});
afterAll(() => discard(folder));

// A mount namespace of the test's own: nothing outside sees the small disk, and it goes with the process.
const unshare = process.getuid?.() === 0 ? ['-m'] : ['-r', '-m'];

function hasPrivateMounts(): boolean {
  const probe = spawnSync('unshare', [...unshare, 'mount', '-t', 'tmpfs', 'bridle-probe', '/mnt']);
  if (probe.status === 0) return true;
  console.warn('SKIPPED: no private mounts here (unshare -m needs root or user namespaces). A full disk is untested.');
  return false;
}

/** Runs the child with `disk` mounted by a shell script, in which $1 is that folder and $2 a folder to copy from. */
function runMounted(script: string, disk: string, ...childArgs: string[]) {
  const shell = `${script} && shift 2 && exec "$@"`;
  const child = [process.execPath, childScript(folder), ...childArgs];
  return runToEnd('unshare', [...unshare, 'sh', '-c', shell, 'sh', disk, runDir, ...child]);
}

describe.skipIf(!hasPrivateMounts())('a small disk', () => {
  it('stops saving and committing when it is full, with every whole checkpoint and record still readable', async () => {
    const disk = join(folder, 'full');
    await mkdir(disk);
    const { said, end } = await runMounted('mount -t tmpfs -o size=2m bridle "$1"', disk, 'fill-disk', disk);
    expect(end).toBe(0);
    const [first, ...rest] = said.filter((line) => typeof line !== 'object' || line === null || !('synced' in line));
    const { saved, code, message } = first as { saved: number; code: string; message: string };
    expect(saved).toBeGreaterThanOrEqual(4);
    expect(code).toBe('DISK_FULL');
    expect(message).toContain(`the last good checkpoint is ${join(disk, 'checkpoints', `step-0000000${saved}`)}`);

    const announced = said.flatMap((line) => (line as { synced?: number }).synced ?? []);
    const [failed, refused, readable, after, done] = rest;
    expect(failed).toEqual({ failed: 'DISK_FULL' });
    expect(refused).toEqual({ refused: 'DISK_FULL' });
    const { newest, damaged, lastRecord } = readable as { newest: number; damaged: number; lastRecord: number };
    expect({ newest, damaged }).toEqual({ newest: saved, damaged: 0 });
    expect(lastRecord).toBeGreaterThanOrEqual(announced.at(-1) ?? 0);
    expect(lastRecord).toBeGreaterThan(100);
    expect(after).toEqual({ afterRoomWasMade: saved + 1 });
    expect(done).toBe('done');
  });

  it('that became read-only is told as such', async () => {
    const disk = join(folder, 'read-only');
    await mkdir(disk);
    const script = 'mount -t tmpfs -o size=2m bridle "$1" && cp -r "$2"/. "$1" && mount -o remount,ro "$1"';
    const { said } = await runMounted(script, disk, 'save-twice', disk);
    expect(said).toEqual([{ error: 'DISK_WRITE', message: expect.stringContaining('EROFS') as unknown }]);
  });
});

describe.skipIf(!hasStrace())('a failing disk', () => {
  it('names the last good checkpoint at whichever fsync it fails', async () => {
    for (let when = 3; when <= 10; when++) {
      const copy = await copyRun(runDir);
      const inject = ['-o', '/dev/null', '-e', 'trace=fsync', '-e', `inject=fsync:error=EIO:when=${when}`];
      const { said } = await runTraced(folder, inject, ['save-twice', copy]);
      const good = join(copy, 'checkpoints', 'step-00000100');
      expect(said).toEqual([
        { error: 'DISK_WRITE', message: expect.stringMatching(new RegExp(`EIO.*(${good}|whole)`)) as unknown },
      ]);
      const { snapshot, damaged } = await newestCheckpoint(copy);
      expect({ isWhole: [100, 200].includes(snapshot.step), damaged }).toEqual({ isWhole: true, damaged: [] });
    }
  });

  it('is never asked twice to sync the same log, and no step after the failure is announced', async () => {
    const path = join(await copyRun(runDir), 'commits.jsonl');
    const trace = join(folder, 'fdatasync.txt');
    const inject = ['-o', trace, '-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO:when=2'];
    const { said } = await runTraced(folder, inject, ['commit', path]);
    expect(said).toEqual([
      { synced: 1 },
      { failed: 'DISK_WRITE' },
      { error: 'DISK_WRITE', message: expect.stringContaining('EIO') as unknown },
    ]);
    expect((await readFile(trace, 'utf8')).match(/fdatasync\(/g)).toHaveLength(2);
    expect((await readCommitLog(path)).records.length).toBeGreaterThanOrEqual(1);
  });
});
