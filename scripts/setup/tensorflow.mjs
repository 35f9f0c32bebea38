// Step 4 of the set-up, only where something needs it: TensorFlow for the `tensorflow` backend.
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { addonPath, checkAddon, compileAddon, isAddonInPlace, placeAddon } from './addon.mjs';
import { isNativeRequired } from './native-kernels.mjs';
import { lastLines, run, say, SetupError, withTemporaryFolder } from './shell.mjs';
import { chooseWheel, fetchLibraries, wheelLabel } from './tensorflow-wheel.mjs';

/** @typedef {import('./tensorflow-wheel.mjs').Wheel} Wheel */

const packageName = '@tensorflow/tfjs-node-gpu';
const ownInstallerTimeoutMs = 300_000;

/** Whether the driver lists an NVIDIA card: there TensorFlow is the default backend. */
export function hasGpu() {
  const folder = '/proc/driver/nvidia/gpus';
  return existsSync(folder) && readdirSync(folder).length > 0;
}

/**
 * Makes TensorFlow work in `project`, or says why another backend is used.
 * @param {string} project
 * @param {{ isAsked: boolean, retries: boolean }} options `retries`: whether to try again what failed in an earlier set-up; it can
 *   cost minutes
 * @throws {SetupError} when it was asked for and cannot, and BRIDLE_REQUIRE_NATIVE=1 is set or this is CI on Linux x86_64
 */
export function installTensorFlow(project, { isAsked, retries }) {
  const isRequired = isAsked && isNativeRequired();
  if (process.env.BRIDLE_NATIVE === '0') {
    if (isRequired) throw new SetupError('BRIDLE_NATIVE=0 skips TensorFlow, but here it is required.');
    say('BRIDLE_NATIVE=0: TensorFlow is skipped');
    return;
  }
  const problem = findPackage(project, retries || isRequired);
  if (problem === undefined) return;
  if (isRequired) throw new SetupError(`TensorFlow is required here and is missing: ${problem}`);
  say(`TensorFlow is not available, another backend is used: ${problem}`);
}

/**
 * @param {string} project
 * @param {boolean} retries
 * @returns {string | undefined} what is missing
 */
function findPackage(project, retries) {
  const require = createRequire(join(project, 'package.json'));
  let packageFolder;
  try {
    packageFolder = realpathSync(dirname(require.resolve(`${packageName}/package.json`)));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'MODULE_NOT_FOUND') throw error;
    return `${packageName} is not installed; run: npm install --ignore-scripts @tensorflow/tfjs@4.22.0 ${packageName}@4.22.0 && npx bridle setup --tensorflow`;
  }
  return install(project, packageFolder, retries);
}

/**
 * @param {string} project
 * @param {string} packageFolder
 * @param {boolean} retries
 * @returns {string | undefined} what is missing
 */
function install(project, packageFolder, retries) {
  const isWheelPlatform = process.platform === 'linux' && process.arch === 'x64';
  const wheel = isWheelPlatform ? chooseWheel() : undefined;
  if (wheel !== undefined && isAddonInPlace(project, packageFolder, wheel)) return undefined;

  const failurePath = join(project, '.bridle', 'native-failed.json');
  const key = `${wheel === undefined ? 'own installer' : wheelLabel(wheel)}, Node ABI ${process.versions.modules}`;
  const earlier = existsSync(failurePath) ? JSON.parse(readFileSync(failurePath, 'utf8')) : undefined;
  if (wheel === undefined && earlier === undefined && existsSync(addonPath(packageFolder))) return undefined;
  if (earlier?.key === key && !retries) {
    return `${earlier.problem}
To try again: npx bridle setup --tensorflow`;
  }
  rmSync(failurePath, { force: true });

  const problem =
    wheel === undefined
      ? `no TensorFlow wheel is pinned for ${process.platform} ${process.arch}`
      : installFromWheel(project, packageFolder, wheel);
  if (problem === undefined) return undefined;
  say(`TensorFlow from the wheel: ${problem}`);
  const second = runOwnInstaller(project, packageFolder);
  if (second === undefined) return undefined;
  mkdirSync(dirname(failurePath), { recursive: true });
  writeFileSync(failurePath, JSON.stringify({ key, problem }));
  return `${problem}\n${second}`;
}

/**
 * @param {string} project
 * @param {string} packageFolder
 * @param {Wheel} wheel
 * @returns {string | undefined} what went wrong
 */
function installFromWheel(project, packageFolder, wheel) {
  const problem = withTemporaryFolder(
    project,
    (temporary) =>
      fetchLibraries(project, wheel, temporary) ??
      compileAddon(project, packageFolder, wheel, temporary) ??
      placeAddon(project, packageFolder, wheel),
  );
  if (problem === undefined) say(`TensorFlow is ready (${wheelLabel(wheel)})`);
  return problem;
}

/**
 * @param {string} project
 * @param {string} packageFolder
 * @returns {string | undefined} what went wrong
 */
function runOwnInstaller(project, packageFolder) {
  say(`trying the own installer of ${packageName} (libtensorflow 2.9.1, about 400 MB, at most 5 minutes)`);
  const args = ['rebuild', '--ignore-scripts=false', packageName];
  const { status, output } = run('npm', args, { cwd: project, timeoutMs: ownInstallerTimeoutMs });
  const problem =
    status === 0 && existsSync(addonPath(packageFolder))
      ? checkAddon(packageFolder)
      : `its own installer failed too: ${errorLine(output)}`;
  if (problem !== undefined) rmSync(join(packageFolder, 'lib'), { recursive: true, force: true });
  return problem;
}

/**
 * The line that names the error in npm's long story.
 * @param {string} output
 */
function errorLine(output) {
  return output.split('\n').find((line) => /\bError: |^npm error code/.test(line)) ?? lastLines(output, 3);
}
