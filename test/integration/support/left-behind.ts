// Set up before each integration file, which fails when a process that it started, or one of theirs, outlives its last test.
import { basename } from 'node:path';
import { afterAll, expect } from 'vitest';
import { signal } from './bridle-process.js';
import { markedProcesses, markProcesses } from './marked-processes.js';

/** What ends by itself has so long: that its launcher is gone must first be noticed. */
const graceMs = 5000;

const file = basename(expect.getState().testPath ?? '');
const by = `${file}-${process.pid}`;
markProcesses(by);

afterAll(async () => {
  const end = performance.now() + graceMs;
  while (markedProcesses(by).size > 0 && performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const left = [...markedProcesses(by)];
  for (const [pid] of left) signal(pid, 'SIGKILL');
  if (left.length > 0) throw new Error(`${file} left processes behind: ${JSON.stringify(left)}`);
});
