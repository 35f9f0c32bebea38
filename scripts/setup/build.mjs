// Step 2 of the set-up: TypeScript into dist/, when a source changed since the last build.
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { lastLines, run, say, SetupError } from './shell.mjs';

/**
 * Builds dist/ if the sources differ from those of the last build, and links node_modules/.bin/bridle to it.
 * @param {string} project
 */
export function build(project) {
  const stampPath = join(project, '.bridle', 'build-stamp');
  const stamp = stampSources(project);
  const isCurrent =
    existsSync(join(project, 'dist')) && existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp;
  if (!isCurrent) {
    say('building dist/');
    rmSync(stampPath, { force: true });
    compile(project);
    mkdirSync(dirname(stampPath), { recursive: true });
    writeFileSync(stampPath, stamp);
  }
  linkCommand(project);
}

/** @param {string} project */
function compile(project) {
  const tsc = join(project, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, output } = run(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: project });
  if (status !== 0) throw new SetupError(`tsc -p tsconfig.build.json failed:\n${lastLines(output, 30)}`);

  // Code generated from proto/ is JavaScript with its own declarations: both are taken as they are, in place of tsc's output.
  for (const room of ['protocol', 'backend', 'formats']) {
    const generated = join(project, 'src', room, 'generated');
    const target = join(project, 'dist', room, 'generated');
    for (const path of listFiles(generated)) {
      const copy = join(target, relative(generated, path));
      mkdirSync(dirname(copy), { recursive: true });
      copyFileSync(path, copy);
      rmSync(`${copy}.map`, { force: true });
    }
  }
  removeStale(project);
  const command = join(project, 'dist', 'cli', 'main.js');
  if (existsSync(command)) chmodSync(command, 0o755);
}

/**
 * Removes what an earlier build made of a source that is gone, so that nothing imports it by accident.
 * @param {string} project
 */
function removeStale(project) {
  for (const path of listFiles(join(project, 'dist'))) {
    const stem = join(project, 'src', relative(join(project, 'dist'), path)).replace(/(\.d\.ts|\.js)(\.map)?$/, '');
    if (!['.ts', '.js', '.d.ts'].some((ending) => existsSync(stem + ending))) rmSync(path);
  }
}

/** @param {string} project */
function linkCommand(project) {
  const link = join(project, 'node_modules', '.bin', 'bridle');
  if (existsSync(link) || !existsSync(join(project, 'dist', 'cli', 'main.js'))) return;
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync('../../dist/cli/main.js', link);
}

/** @param {string} project */
function stampSources(project) {
  const hash = createHash('sha256');
  const settings = ['tsconfig.json', 'tsconfig.build.json'].map((name) => join(project, name));
  for (const path of [...listFiles(join(project, 'src')), ...settings]) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(project, path)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function listFiles(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
