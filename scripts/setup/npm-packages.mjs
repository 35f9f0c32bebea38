// Step 1 of the set-up: the npm packages of package-lock.json, by `npm ci` when any of them is missing or of another version.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines, run, say, SetupError } from './shell.mjs';

/**
 * Installs the packages if node_modules/ does not hold what package-lock.json asks for.
 * @param {string} project
 */
export function installPackages(project) {
  const missing = findMissingPackage(project);
  if (missing === undefined) return;
  say(`installing the npm packages with npm ci (about 400 MB on disk, half a minute): ${missing}`);
  const { status, output } = run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: project });
  if (status !== 0) throw new SetupError(`npm ci failed (exit ${status}):\n${lastLines(output)}`);
}

/**
 * Says why the packages are not whole, or undefined. npm writes node_modules/.package-lock.json last, so an install
 * that was cut short is never taken for a whole one. Optional packages of other platforms may be absent.
 * @param {string} project
 * @returns {string | undefined}
 */
export function findMissingPackage(project) {
  const installedPath = join(project, 'node_modules', '.package-lock.json');
  if (!existsSync(installedPath)) return 'node_modules is missing';
  const wanted = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedPath, 'utf8')).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.optional) continue;
    if (installed[path]?.version === entry.version && existsSync(join(project, path, 'package.json'))) continue;
    const found = installed[path]?.version ?? 'nothing';
    return `${path} should be ${entry.version}, found ${found}`;
  }
  return undefined;
}
