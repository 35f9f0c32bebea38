// Versions under these floors have published holes, several of them reproduced here; no audit service watches this build.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>;
}

const text = readFileSync(resolve(import.meta.dirname, '../../../package-lock.json'), 'utf8');
const { packages } = JSON.parse(text) as Lock;

const floors: readonly (readonly [string, string])[] = [
  ['ws', '8.23.0'], // a ping flood takes 682 MB in 6 s on 8.22.2
  ['protobufjs', '8.6.6'],
  ['msgpackr', '2.1.3'], // a 73 KB message ends a process with 1.12
  ['tar', '7.5.16'],
];

it.each(floors)('every %s in the lock file is at least %s', (name, floor) => {
  const entries = Object.entries(packages).filter(([path]) => path.endsWith(`node_modules/${name}`));
  expect(entries).not.toEqual([]);
  for (const [path, { version }] of entries) {
    expect(isAtLeast(version ?? '0', floor), `${path} is ${version}`).toBe(true);
  }
});

it('the lock file names no place to download from, so that it serves behind any registry', () => {
  expect(text).not.toMatch(/"resolved"/);
});

it('compares versions by number', () => {
  expect(isAtLeast('8.100.0', '8.23.0')).toBe(true);
  expect(isAtLeast('8.9.0', '8.23.0')).toBe(false);
  expect(isAtLeast('9.0.0', '8.23.0')).toBe(true);
});

function isAtLeast(version: string, floor: string): boolean {
  const [a, b] = [version, floor].map((each) => each.split('.').map(Number));
  const place = [0, 1, 2].find((index) => a?.[index] !== b?.[index]);
  return place === undefined || (a?.[place] ?? 0) > (b?.[place] ?? 0);
}
