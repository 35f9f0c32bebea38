// The instant that a race seldom hits: the dead lock was taken over between looking at it and the right to remove it.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { lockRunFolder } from '../../../src/checkpoint/run-lock.js';
import { temporaryFolder } from './sample-snapshot.js';

const hook = vi.hoisted(() => ({ beforeTakeover: async () => {} }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const actual = await importOriginal<typeof import('node:fs/promises')>();
  const link = async (from: string, to: string) => {
    if (to.endsWith('.takeover')) await hook.beforeTakeover();
    return actual.link(from, to);
  };
  return { ...actual, link };
});

it('leaves a living lock alone that came in place of the dead one', async () => {
  const [otherDir, runDir] = [await temporaryFolder(), await temporaryFolder()];
  const other = await lockRunFolder(otherDir);
  const living = await readFile(join(otherDir, 'lock'), 'utf8');
  await writeFile(join(runDir, 'lock'), '999999999 1\n');
  hook.beforeTakeover = () => writeFile(join(runDir, 'lock'), living);
  await expect(lockRunFolder(runDir)).rejects.toMatchObject({ code: 'RUN_IN_USE' });
  expect(await readFile(join(runDir, 'lock'), 'utf8')).toBe(living);
  await other.release();
});
