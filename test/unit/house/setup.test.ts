// The set-up's promises that can be kept or broken without a download: nothing partial is taken for done, nothing unverified used.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findMissingPackage } from '../../../scripts/setup/npm-packages.mjs';
import { withLock, withTemporaryFolder } from '../../../scripts/setup/shell.mjs';
import { fetchLibraries, libraryFolder } from '../../../scripts/setup/tensorflow-wheel.mjs';

let project = '';
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'bridle-setup-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(project, { recursive: true });
});

function write(path: string, content: unknown, mode = 0o644): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  writeFileSync(join(project, path), text, { mode });
}

function endedProcess(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

describe('the npm packages', () => {
  beforeEach(() => {
    const packages = {
      '': {},
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b': { version: '2.0.0', optional: true },
    };
    write('package-lock.json', { packages });
  });

  it('are whole when each lies there in its version, whatever optional ones are absent', () => {
    write('node_modules/.package-lock.json', {});
    write('node_modules/a/package.json', { version: '1.0.0' });
    expect(findMissingPackage(project)).toBeUndefined();
  });

  it('are not whole when the install was cut short', () => {
    write('node_modules/a/package.json', { version: '1.0.0' });
    expect(findMissingPackage(project)).toMatch(/not whole/);
  });

  it('are not whole when the lock file asks for another version, or a folder is gone', () => {
    write('node_modules/.package-lock.json', {});
    expect(findMissingPackage(project)).toBe('node_modules/a should be 1.0.0, found nothing');
    write('node_modules/a/package.json', { version: '0.9.0' });
    expect(findMissingPackage(project)).toBe('node_modules/a should be 1.0.0, found 0.9.0');
  });
});

describe('a temporary folder', () => {
  it('is gone after use, also when the use throws', () => {
    const fail = () => withTemporaryFolder(project, (): undefined => expect.fail('download broke'));
    expect(fail).toThrow('download broke');
    expect(readdirSync(join(project, '.bridle'))).toEqual([]);
  });

  it('that a killed set-up left is removed, that of a living one is not', () => {
    mkdirSync(join(project, '.bridle', `tmp-${endedProcess()}`), { recursive: true });
    mkdirSync(join(project, '.bridle', `tmp-${process.ppid}`));
    withTemporaryFolder(project, () => undefined);
    expect(readdirSync(join(project, '.bridle'))).toEqual([`tmp-${process.ppid}`]);
  });
});

it('the lock of a killed set-up holds nobody up', () => {
  write('.bridle/setup.lock', String(endedProcess()));
  const work = vi.fn<() => void>();
  withLock(project, work);
  expect(work).toHaveBeenCalledOnce();
  expect(existsSync(join(project, '.bridle', 'setup.lock'))).toBe(false);
});

describe('the wheel', () => {
  const wheel = { name: 'tensorflow-cpu', version: '0.0.0', platform: 'any', sha256: 'f'.repeat(64), size: 'nothing' };

  /** Puts a python3 in front of PATH whose pip runs `body`; $destination is where the wheel belongs. */
  function fakePython(body: string): void {
    const program = `#!/bin/sh\ncase "$*" in *--version*) exit 0;; esac\ndestination="$TMPDIR"\n${body}\n`;
    write('bin/python3', program, 0o755);
    vi.stubEnv('PATH', `${join(project, 'bin')}:${process.env['PATH']}`);
  }

  const fetch = () => withTemporaryFolder(project, (folder) => fetchLibraries(project, wheel, folder));

  it('is not used when its digest is not the pinned one', () => {
    fakePython('echo other > "$destination/tensorflow_cpu-0.0.0.whl"');
    expect(fetch()).toMatch(/has SHA-256 [0-9a-f]{64}, wanted f{64}; it was not used/);
    expect(existsSync(libraryFolder(project, wheel))).toBe(false);
    expect(readdirSync(join(project, '.bridle'))).toEqual([]);
  });

  it('tells what pip said when the download fails', () => {
    fakePython('echo "no matching distribution" >&2; exit 1');
    expect(fetch()).toMatch(/pip could not download tensorflow-cpu==0.0.0:\nno matching distribution/);
  });

  it('asks for pip when there is none', () => {
    vi.stubEnv('PATH', resolve(project, 'bin'));
    expect(fetch()).toMatch(/no Python with pip/);
  });

  it('is not fetched again once its libraries lie there', () => {
    mkdirSync(libraryFolder(project, wheel), { recursive: true });
    vi.stubEnv('PATH', resolve(project, 'bin'));
    expect(fetch()).toBeUndefined();
  });
});
