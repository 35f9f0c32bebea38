// The set-up's hands: say a line, run a program, own a temporary folder, hold the lock. Node's own modules only.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Says one line on stderr, so that stdout stays free for the command that called the set-up.
 * @param {string} text
 */
export function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

/** What stops the set-up; its message is the whole story, without a stack. */
export class SetupError extends Error {}

/**
 * Runs a program to its end and returns its exit status and its output; a program that is not there has status 127.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, timeoutMs?: number }} [options]
 * @returns {{ status: number, output: string }}
 */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs,
    maxBuffer: 64 * 1024 * 1024,
  });
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim();
  if (result.error === undefined) return { status: result.status ?? 1, output };
  const missing = /** @type {NodeJS.ErrnoException} */ (result.error).code === 'ENOENT';
  return { status: missing ? 127 : 1, output: output || String(result.error.message) };
}

/**
 * The last lines of a program's output, for a message.
 * @param {string} output
 * @param {number} [count]
 */
export function lastLines(output, count = 12) {
  return output.split('\n').slice(-count).join('\n');
}

/**
 * Calls `use` with an empty folder of its own under `.bridle/` and removes it after, whatever happens.
 * Folders that an ended set-up left behind go too.
 * @template T
 * @param {string} project
 * @param {(folder: string) => T} use
 * @returns {T}
 */
export function withTemporaryFolder(project, use) {
  const state = join(project, '.bridle');
  mkdirSync(state, { recursive: true });
  for (const name of readdirSync(state)) {
    const pid = /^tmp-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(state, name), { recursive: true, force: true });
  }
  const folder = join(state, `tmp-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Lets one set-up work at a time in a project: two `npm ci` side by side would leave neither whole.
 * @param {string} project
 * @param {() => void} work
 */
export function withLock(project, work) {
  mkdirSync(join(project, '.bridle'), { recursive: true });
  const path = join(project, '.bridle', 'setup.lock');
  let isSaid = false;
  while (!tryLock(path)) {
    if (!isSaid) say(`another set-up is at work here; waiting for it (${path})`);
    isSaid = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  try {
    work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** @param {string} path */
function tryLock(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  }
  const holder = readHolder(path);
  if (holder !== undefined && !isAlive(holder)) rmSync(path, { force: true }); // its owner was killed
  return false;
}

/**
 * The process that holds the lock; undefined while it is being written or just went away.
 * @param {string} path
 */
function readHolder(path) {
  try {
    return Number(readFileSync(path, 'utf8')) || undefined;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
