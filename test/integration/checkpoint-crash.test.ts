// A process killed at every system call that changes its run folder: the old state or the new one is there, never neither.
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newestCheckpoint, readCheckpoint, writeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { openCommitLog, readCommitLog, truncateLog } from '../../src/checkpoint/commit-log.js';
import { lockRunFolder, readRunRecord } from '../../src/checkpoint/run-folder.js';
import { makeRecord, makeSnapshot } from './checkpoint-child.js';
import { buildChild, copyRun, discard, hasStrace, makeRun, runTraced } from './checkpoint-process.js';

let folder = '';
let runDir = '';

beforeAll(async () => {
  folder = await buildChild();
  runDir = await makeRun(folder);
});
afterAll(() => discard(folder));

/** Kills a child at call 1, 1 + stride, ... of one kind until it ends by itself; two children at a time. Returns the kills. */
async function killAtEvery(
  call: string,
  stride: number,
  trial: (inject: string[]) => Promise<boolean>,
): Promise<number> {
  let kills = 0;
  for (let n = 1; n < 400; n += 2 * stride) {
    const inject = (when: number) => [
      '-o',
      '/dev/null',
      '-e',
      `trace=${call}`,
      '-e',
      `inject=${call}:signal=SIGKILL:when=${when}`,
    ];
    const killed = await Promise.all([trial(inject(n)), trial(inject(n + stride))]);
    kills += killed.filter(Boolean).length;
    if (killed.includes(false)) return kills;
  }
  throw new Error(`The child was still killed at ${call} number 400.`);
}

async function saveAndCheck(inject: string[]): Promise<boolean> {
  const copy = await copyRun(runDir);
  const { said, end } = await runTraced(folder, inject, ['save-twice', copy]);
  const wasKilled = end !== 0;
  expect(said.includes('done')).toBe(!wasKilled);

  // As a start after the crash does it: the lock clears the leftovers, then the newest whole checkpoint is taken.
  const lock = await lockRunFolder(copy);
  const { snapshot, damaged } = await newestCheckpoint(copy);
  expect(damaged).toEqual([]);
  expect([100, 200]).toContain(snapshot.step);
  if (said.includes('saved')) expect(snapshot.step).toBe(200); // what was announced is there
  expect([0, 1]).toContain((await readRunRecord(copy)).generation);
  const names = await readdir(join(copy, 'checkpoints'));
  const allowed = /^(last|best|\.last\.tmp|\.best\.tmp|step-00000100|step-00000200)$/;
  expect(names.filter((name) => !allowed.test(name))).toEqual([]);
  for (const visible of names.filter((name) => name.startsWith('step-'))) {
    await readCheckpoint(join(copy, 'checkpoints', visible)); // no half-removed one either
  }
  for (const pointer of names.filter((name) => name === 'last' || name === 'best')) {
    const named = (await readFile(join(copy, 'checkpoints', pointer), 'utf8')).trim();
    expect(names).toContain(named); // perhaps the one before, never one that is not there
  }
  await writeCheckpoint(copy, makeSnapshot(200, 1000)); // and the run goes on
  expect((await newestCheckpoint(copy)).snapshot.step).toBe(200);
  await lock.release();
  await discard(copy);
  return wasKilled;
}

async function commitAndCheck(inject: string[]): Promise<boolean> {
  const copy = await copyRun(runDir);
  const path = join(copy, 'commits.jsonl');
  const { said, end } = await runTraced(folder, inject, ['commit', path]);
  const announced = Math.max(0, ...said.map((line) => (line as { synced?: number }).synced ?? 0));
  const { records, validBytes } = await readCommitLog(path);
  expect(records).toEqual(records.map((_, index) => makeRecord(index + 1)));
  expect(records.length).toBeGreaterThanOrEqual(announced);

  if (end !== 0 && validBytes > 0) await truncateLog(path, validBytes);
  const log = openCommitLog(path, { onSynced: () => undefined, onError: () => undefined });
  log.append(makeRecord(records.length + 1));
  await log.close();
  expect((await readCommitLog(path)).records).toHaveLength(records.length + 1);
  await discard(copy);
  return end !== 0;
}

describe.skipIf(!hasStrace())('a kill', () => {
  it.each([
    ['fsync', 1, 20],
    ['rename', 1, 8],
    ['mkdir', 1, 2],
    ['unlink', 1, 8],
    ['rmdir', 1, 4],
    ['write', 7, 12], // every file call ends with a write to the event loop: these kills fall between any two calls
  ])('at any %s of saving, pruning and saving again leaves a whole checkpoint', async (call, stride, atLeast) => {
    expect(await killAtEvery(call, stride, saveAndCheck)).toBeGreaterThanOrEqual(atLeast);
  });

  it.each([
    ['fdatasync', 1, 3],
    ['write', 5, 3],
  ])('at any %s of committing loses no announced step', async (call, stride, atLeast) => {
    expect(await killAtEvery(call, stride, commitAndCheck)).toBeGreaterThanOrEqual(atLeast);
  });
});

interface Call {
  readonly name: string;
  readonly text: string;
  /** Paths, in the order of the arguments; a descriptor stands for its path. */
  readonly paths: string[];
}

/** Reads strace's lines (options -f -y): file calls that succeeded, in the order in which they ended, with their paths. */
function parseTrace(text: string): Call[] {
  const unfinished = new Map<string, string>();
  return text.split('\n').flatMap((line) => {
    const [, pid = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest.endsWith(' <unfinished ...>')) {
      unfinished.set(pid, rest.slice(0, -' <unfinished ...>'.length));
      return [];
    }
    const whole = rest.replace(/^<\.\.\. \w+ resumed>/, () => unfinished.get(pid) ?? '');
    const [, name, args = ''] = /^(\w+)\((.*)\) += \d/.exec(whole) ?? [];
    if (name === undefined) return [];
    const paths = name === 'rename' ? [...args.matchAll(/"([^"]*)"/g)] : [...args.matchAll(/^\d+<([^>]*)>/g)];
    return [{ name, text: args, paths: paths.map(([, path = '']) => path) }];
  });
}

async function traceCalls(...childArgs: string[]): Promise<Call[]> {
  const log = join(folder, 'trace.txt');
  const { end } = await runTraced(
    folder,
    ['-y', '-s', '10000', '-o', log, '-e', 'trace=write,fsync,fdatasync,rename'],
    childArgs,
  );
  expect(end).toBe(0);
  return parseTrace(await readFile(log, 'utf8'));
}

describe.skipIf(!hasStrace())('the order on the disk', () => {
  it('is fsync of each file, then rename, then fsync of the folder', async () => {
    const calls = await traceCalls('save-twice', await copyRun(runDir));
    const renames = calls.flatMap((call, at) =>
      call.name === 'rename' ? [{ at, from: call.paths[0]!, to: call.paths[1]! }] : [],
    );
    // Moving an old folder out of the way needs no sync: it is not what a reader looks for.
    const arrivals = renames.filter(({ to }) => !/\/\.(removing|replaced)-/.test(to));
    expect(arrivals).toHaveLength(6); // run.json, two checkpoints, last twice, best
    for (const { at, from, to } of arrivals) {
      const before = calls.slice(0, at);
      const written = new Set(
        before.flatMap(({ name, paths }) => (name === 'write' ? paths : [])).filter((path) => path.startsWith(from)),
      );
      expect(written.size).toBe(from.includes('/.writing-') ? 4 : 1);
      for (const path of written) {
        const lastWrite = before.findLastIndex(({ name, paths }) => name === 'write' && paths[0] === path);
        const lastSync = before.findLastIndex(({ name, paths }) => name === 'fsync' && paths[0] === path);
        expect(lastSync).toBeGreaterThan(lastWrite);
      }
      const after = calls.slice(at + 1);
      const folderSync = after.findIndex(({ name, paths }) => name === 'fsync' && paths[0] === dirname(to));
      const nextChange = after.findIndex(
        ({ name, text }) => name === 'rename' || text.includes('saved') || text.includes('done'),
      );
      expect(folderSync).toBeGreaterThanOrEqual(0);
      expect(folderSync).toBeLessThan(nextChange);
    }
  });

  it('is write, fdatasync, announcement for a committed step', async () => {
    const path = join(await copyRun(runDir), 'commits.jsonl');
    const calls = await traceCalls('commit', path);
    const announcements = calls.flatMap(({ text }, at) => {
      const step = /\\"synced\\":(\d+)/.exec(text)?.[1];
      return step === undefined ? [] : [{ at, step }];
    });
    expect(announcements.at(-1)?.step).toBe('12');
    for (const { at, step } of announcements) {
      const ofLog = (name: string) => (call: Call) => call.name === name && call.paths[0] === path;
      const written = calls.findIndex((call) => ofLog('write')(call) && call.text.includes(`\\"step\\":${step},`));
      const synced = calls.findIndex((call, index) => index > written && ofLog('fdatasync')(call));
      expect(written).toBeGreaterThanOrEqual(0);
      expect(synced).toBeGreaterThan(written);
      expect(synced).toBeLessThan(at);
    }
  });
});
