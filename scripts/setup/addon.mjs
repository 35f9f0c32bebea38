// The addon of @tensorflow/tfjs-node-gpu: its two C++ files, compiled against the wheel's TensorFlow and kept in .bridle/,
// so that a later `npm ci`, which empties the package's folder, costs a copy and no compiler.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { findNodeHeaders } from './node-headers.mjs';
import { lastLines, run, say } from './shell.mjs';
import { libraryFolder, wheelLabel } from './tensorflow-wheel.mjs';

/** @typedef {import('./tensorflow-wheel.mjs').Wheel} Wheel */

const sources = ['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'];

/**
 * Where the package looks for its addon: the newest Node-API version that it knows.
 * @param {string} packageFolder
 */
export function addonPath(packageFolder) {
  return join(packageFolder, 'lib', 'napi-v8', 'tfjs_binding.node');
}

/**
 * Where the compiled addon is kept. Its name holds all that its bytes depend on: another wheel, Node ABI, place or
 * version of the sources is another file.
 * @param {string} project
 * @param {string} packageFolder
 * @param {Wheel} wheel
 */
export function keptAddonPath(project, packageFolder, wheel) {
  const hash = createHash('sha256').update(runPath(project, packageFolder, wheel));
  for (const source of sources) hash.update(readFileSync(join(packageFolder, source)));
  const name = `${wheelLabel(wheel)}-abi${process.versions.modules}-${hash.digest('hex').slice(0, 12)}.node`;
  return join(project, '.bridle', 'addon', name);
}

/**
 * Whether the package holds the kept addon, byte for byte, and the libraries that it needs are there.
 * @param {string} project
 * @param {string} packageFolder
 * @param {Wheel} wheel
 */
export function isAddonInPlace(project, packageFolder, wheel) {
  const kept = keptAddonPath(project, packageFolder, wheel);
  const placed = addonPath(packageFolder);
  if (!existsSync(libraryFolder(project, wheel)) || !existsSync(kept) || !existsSync(placed)) return false;
  return readFileSync(kept).equals(readFileSync(placed));
}

/**
 * Compiles the addon unless it is kept already. Returns why it could not, or undefined.
 * @param {string} project
 * @param {string} packageFolder
 * @param {Wheel} wheel
 * @param {string} temporary
 * @returns {string | undefined}
 */
export function compileAddon(project, packageFolder, wheel, temporary) {
  const kept = keptAddonPath(project, packageFolder, wheel);
  if (existsSync(kept)) return undefined;
  if (run('g++', ['--version']).status !== 0) return 'no g++ was found (Debian: apt-get install g++)';
  const headers = findNodeHeaders(temporary);
  if ('problem' in headers) return headers.problem;

  say('compiling the addon of @tensorflow/tfjs-node-gpu with g++ (some seconds)');
  const library = libraryFolder(project, wheel);
  const built = join(temporary, 'tfjs_binding.node');
  const compile = run('g++', [
    ...['-O2', '-std=c++17', '-shared', '-fPIC', '-w', '-DNAPI_VERSION=8', '-DBUILDING_NODE_EXTENSION'],
    ...[headers.folder, join(library, 'include'), packageFolder].map((folder) => `-I${folder}`),
    ...sources.map((source) => join(packageFolder, source)),
    ...[`-L${library}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    `-Wl,-rpath,${runPath(project, packageFolder, wheel)}`,
    ...['-o', built],
  ]);
  if (compile.status !== 0) return `g++ failed:\n${lastLines(compile.output, 6)}`;
  mkdirSync(dirname(kept), { recursive: true });
  renameSync(built, kept);
  return undefined;
}

/**
 * Puts the kept addon into the package, and takes it out again if it does not compute. Returns the problem, or undefined.
 * @param {string} project
 * @param {string} packageFolder
 * @param {Wheel} wheel
 * @returns {string | undefined}
 */
export function placeAddon(project, packageFolder, wheel) {
  const kept = keptAddonPath(project, packageFolder, wheel);
  const target = addonPath(packageFolder);
  mkdirSync(dirname(target), { recursive: true });
  // A copy under another name, then a rename: a process that has the old addon mapped keeps its own file.
  copyFileSync(kept, `${target}.tmp`);
  renameSync(`${target}.tmp`, target);
  const problem = checkAddon(packageFolder);
  if (problem === undefined) return undefined;
  rmSync(target);
  rmSync(kept);
  return problem;
}

/**
 * Computes a product with the installed addon in a process of its own. Returns what went wrong, or undefined.
 * @param {string} packageFolder
 * @returns {string | undefined}
 */
export function checkAddon(packageFolder) {
  const program = `
    const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value == null; // gone since Node 23
    process.on('uncaughtException', (error) => { console.error(error.message); process.exit(1); });
    const tf = require(${JSON.stringify(packageFolder)});
    process.exitCode = tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).dataSync()[0] === 3 ? 0 : 1;`;
  const { status, output } = run(process.execPath, ['-e', program], {
    env: { TF_CPP_MIN_LOG_LEVEL: '2', TF_FORCE_GPU_ALLOW_GROWTH: 'true' },
    timeoutMs: 120_000,
  });
  return status === 0 ? undefined : `TensorFlow was installed but does not compute:\n${lastLines(output, 4)}`;
}

/**
 * The way from the addon to the libraries, relative, so that the project's folder may be moved.
 * @param {string} project
 * @param {string} packageFolder
 * @param {Wheel} wheel
 */
function runPath(project, packageFolder, wheel) {
  return `$ORIGIN/${relative(dirname(addonPath(packageFolder)), libraryFolder(project, wheel))}`;
}
