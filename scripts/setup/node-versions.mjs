// Other versions of Node, each in a folder of its own below .bridle/node: what one digest is checked on.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run, say } from './shell.mjs';

const versions = ['20.20.2', '22.23.3', '24.21.0'];

/**
 * The programs that are installed, by version.
 * @param {string} project
 * @returns {string[]}
 */
export function installedNodes(project) {
  return versions.map((version) => programOf(project, version)).filter((path) => existsSync(path));
}

/**
 * Installs those whose major version is not the running one; says what is left out and how to get it.
 * @param {string} project
 * @param {boolean} isWanted
 */
export function installNodes(project, isWanted) {
  const others = versions.filter((version) => version.split('.')[0] !== process.versions.node.split('.')[0]);
  const missing = others.filter((version) => !existsSync(programOf(project, version)));
  if (missing.length === 0) return;
  if (!isWanted) {
    say(
      `left out: Node ${missing.join(' and ')} (300 MB on disk). To run the tests on them too: BRIDLE_NODES=1 npm test`,
    );
    return;
  }
  say(`installing Node ${missing.join(' and ')} for the tests into .bridle/node (300 MB on disk)`);
  for (const version of missing) {
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--prefix', folderOf(project, version)];
    const { status } = run('npm', ['install', ...flags, `${packageName}@${version}`]);
    if (status !== 0) say(`left out: the tests on Node ${version}; npm install failed`);
  }
}

/** The program alone, as the package `node` fetches it. */
const packageName = `node-${process.platform}-${process.arch}`;

/** @param {string} project @param {string} version */
function folderOf(project, version) {
  return join(project, '.bridle', 'node', version);
}

/** @param {string} project @param {string} version */
function programOf(project, version) {
  return join(folderOf(project, version), 'node_modules', packageName, 'bin', 'node');
}
