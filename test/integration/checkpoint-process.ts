// Starts checkpoint-child.ts as a process of its own, plain or under strace, which can kill it or fail it at a chosen system call.
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { writeRunRecord } from '../../src/checkpoint/run-folder.js';
import { makeSnapshot } from './checkpoint-child.js';

export interface Outcome {
  /** The child's lines, in order. */
  readonly said: unknown[];
  /** How it ended: an exit code or the name of a signal. */
  readonly end: number | string;
}

/** True where strace can trace a process; says so on stderr where it cannot, since the test is then skipped. */
export function hasStrace(): boolean {
  const probe = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']);
  if (probe.status === 0) return true;
  console.warn(
    'SKIPPED: strace is missing or may not trace here (Debian: apt-get install strace). Crash points are untested.',
  );
  return false;
}

/** Compiles the child, and what it imports, into a folder; returns that folder. */
export async function buildChild(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bridle-child-'));
  await symlink(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const options =
    '--ignoreConfig --rootDir . --target es2022 --module nodenext --lib es2023 --types node --skipLibCheck';
  const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [
    tsc,
    ...options.split(' '),
    '--outDir',
    folder,
    'test/integration/checkpoint-child.ts',
  ]);
  return folder;
}

export const childScript = (folder: string) => join(folder, 'test', 'integration', 'checkpoint-child.js');

/** Makes a run folder that holds the checkpoint of step 100; copy it for each crash. */
export async function makeRun(folder: string): Promise<string> {
  const runDir = join(folder, 'run');
  await writeCheckpoint(runDir, makeSnapshot(100, 1000));
  await writeRunRecord(runDir, {
    formatVersion: 1,
    runId: 'run-1',
    command: ['train'],
    bridleVersion: '0.1.0',
    nodeVersion: process.version,
    dataDigest: 'ab',
    generation: 0,
    createdUtc: '2026-01-31T00:00:00.000Z',
  });
  return runDir;
}

let copies = 0;

export async function copyRun(runDir: string): Promise<string> {
  const copy = `${runDir}-${++copies}`;
  await cp(runDir, copy, { recursive: true });
  return copy;
}

export const discard = (folder: string) => rm(folder, { recursive: true, force: true });

/** Runs a command to its end and reads the JSON lines that it printed. */
export function runToEnd(command: string, args: readonly string[]): Promise<Outcome> {
  // One thread for file calls: strace counts calls by thread, so "the third fsync" then means the third of all.
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' };
  return new Promise((resolve, reject) => {
    execFile(command, [...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      const end = error === null ? 0 : (error.signal ?? error.code ?? 1);
      if (typeof end === 'string' && end.startsWith('E')) return reject(error);
      const lines = stdout.split('\n').filter((line) => line.startsWith('{') || line.startsWith('"'));
      try {
        resolve({ said: lines.map((line) => JSON.parse(line) as unknown), end });
      } catch (cause) {
        reject(new Error(`The child said: ${stdout} ${stderr}`, { cause }));
      }
    });
  });
}

/** Runs the child under strace with more of its options. */
export function runTraced(
  folder: string,
  straceArgs: readonly string[],
  childArgs: readonly string[],
): Promise<Outcome> {
  // Not --seccomp-bpf: with it strace 6.1 delivers an injected signal at the first call only.
  const args = ['-f', '-qqq', ...straceArgs, process.execPath, childScript(folder), ...childArgs];
  return runToEnd('strace', args);
}
