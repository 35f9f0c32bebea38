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
  say(`installing the npm packages with npm ci (540 MB on disk, half a minute): ${missing}`);
  const { status, output } = run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: project });
  if (status !== 0) throw new SetupError(`npm ci failed (exit ${status}):\n${lastLines(output)}`);
}

/**
 * Says why the packages are not whole, or undefined. npm writes node_modules/.package-lock.json last, so an install that was
 * cut short lacks it; what lies in each folder is read all the same. Optional packages of other platforms may be absent.
 * @param {string} project
 * @returns {string | undefined}
 */
export function findMissingPackage(project) {
  if (!existsSync(join(project, 'node_modules', '.package-lock.json'))) return 'node_modules is missing or not whole';
  const wanted = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.optional) continue;
    const manifest = join(project, path, 'package.json');
    const found = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : 'nothing';
    if (found !== entry.version) return `${path} should be ${entry.version}, found ${found}`;
  }
  return undefined;
}
