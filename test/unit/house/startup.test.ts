// What bridle --help waits for: only files of its own. A package in this path would be loaded before the first line.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');

/** Lists what a file imports before it runs, and what those import: files, and packages by their names. */
function staticImports(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const text = readFileSync(path, 'utf8');
  for (const [, type, target = ''] of text.matchAll(/^(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'/gm)) {
    if (type !== undefined) continue;
    if (!target.startsWith('.')) seen.add(target);
    else staticImports(join(dirname(path), target.replace(/\.js$/, '.ts')), seen);
  }
  return seen;
}

it('the executable imports a handful of small files and no package', () => {
  const found = [...staticImports(join(root, 'src', 'cli', 'main.ts'))];
  const files = found.filter((path) => existsSync(path)).map((path) => relative(root, path));
  expect(found.filter((path) => !existsSync(path))).toEqual([]);
  expect(files).toContain(join('src', 'cli', 'overview.ts'));
  expect(files.length).toBeLessThan(10);
});

it('importing the library loads neither tfjs nor sockets', () => {
  const packages = [...staticImports(join(root, 'src', 'index.ts'))].filter((path) => !existsSync(path));
  expect(packages.filter((name) => /tensorflow|^ws$|protobufjs/.test(name))).toEqual([]);
});
