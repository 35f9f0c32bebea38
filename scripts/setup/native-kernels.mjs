// Step 3 of the set-up: the kernels of the `native` backend, compiled by whatever C++ compiler is there, in some seconds. They
// lie in the package's own .bridle/native, where src/backend/native-addon.ts looks for them.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { findNodeHeaders } from './node-headers.mjs';
import { lastLines, run, say, SetupError, withTemporaryFolder } from './shell.mjs';

/** Contraction off: every fused multiply-add is written as one, and no other may appear, or bits would follow the compiler. */
export const compilerFlags = [
  '-std=c++17',
  '-O3',
  '-ffp-contract=off',
  '-fPIC',
  '-fvisibility=hidden',
  '-Wall',
  '-Wextra',
];
/** kernels.cc once for each: its flags by the name of its table of functions. */
const x64Kernels = { avx512: ['-mavx512f', '-mfma'], avx2: ['-mavx2', '-mfma'], portable: ['-DBRIDLE_PORTABLE'] };
/** arm64 has fused multiply-add in its base; elsewhere the compiler's own is called. */
const otherKernels = { portable: process.arch === 'arm64' ? [] : ['-DBRIDLE_PORTABLE'] };

/**
 * Makes the kernels in `packageFolder`, or says what is missing and that it goes without.
 * @param {string} packageFolder where native/ lies
 * @throws {SetupError} when it cannot, and BRIDLE_REQUIRE_NATIVE=1 is set or this is CI on Linux x86_64
 */
export function buildKernels(packageFolder) {
  const isRequired = isNativeRequired();
  if (process.env.BRIDLE_NATIVE === '0') {
    if (isRequired) throw new SetupError('BRIDLE_NATIVE=0 skips the native kernels, but here they are required.');
    say('BRIDLE_NATIVE=0: the native kernels are skipped');
    return;
  }
  if (hasPrebuiltKernels(packageFolder)) return;
  const problem = compileIfNeeded(packageFolder);
  if (problem === undefined) return;
  if (isRequired) throw new SetupError(`the native kernels are required here and are missing: ${problem}`);
  say(`the native backend is not available, another one is used: ${problem}`);
}

/** The optional package that brings the kernels prebuilt for this platform; src/backend/native-addon.ts looks for it too. */
export const prebuiltPackage = `@bridle/native-${process.platform}-${process.arch}`;

/**
 * Whether prebuilt kernels of the package's own version are installed, and load here.
 * @param {string} packageFolder
 */
function hasPrebuiltKernels(packageFolder) {
  const require = createRequire(join(packageFolder, 'package.json'));
  try {
    const path = require.resolve(`${prebuiltPackage}/package.json`);
    const isSame = require(path).version === require('./package.json').version;
    return isSame && checkKernels(join(path, '..', 'bridle.node')) === undefined;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'MODULE_NOT_FOUND') return false;
    throw error;
  }
}

/** @returns {string | undefined} the C++ compiler of this machine */
export function findCompiler() {
  return ['g++', 'clang++', 'c++'].find((name) => run(name, ['--version']).status === 0);
}

/** Whether what is native must be there: asked for, or this is CI on Linux x86_64. */
export function isNativeRequired() {
  if (process.env.BRIDLE_REQUIRE_NATIVE === '1') return true;
  return process.env.CI === 'true' && process.platform === 'linux' && process.arch === 'x64';
}

/** @param {string} packageFolder */
export function kernelsPath(packageFolder) {
  return join(packageFolder, '.bridle', 'native', 'bridle.node');
}

/**
 * @param {string} packageFolder
 * @returns {string | undefined} what went wrong
 */
function compileIfNeeded(packageFolder) {
  const target = kernelsPath(packageFolder);
  const stampPath = `${target}.stamp`;
  const stamp = stampSources(packageFolder);
  if (existsSync(target) && existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp) return undefined;
  const compiler = findCompiler();
  if (compiler === undefined) return 'no C++ compiler was found (Debian: apt-get install g++)';
  say(`compiling the native kernels with ${compiler} (some seconds)`);
  return withTemporaryFolder(packageFolder, (temporary) => {
    const problem = compileKernels(packageFolder, compiler, temporary);
    if (problem !== undefined) return problem;
    mkdirSync(join(target, '..'), { recursive: true });
    rmSync(stampPath, { force: true });
    // A rename: a process that has the old addon mapped keeps its own file.
    renameSync(join(temporary, 'bridle.node'), target);
    const failure = checkKernels(target);
    if (failure === undefined) writeFileSync(stampPath, stamp);
    else rmSync(target);
    return failure;
  });
}

/**
 * Compiles into `temporary`/bridle.node.
 * @param {string} packageFolder
 * @param {string} compiler
 * @param {string} temporary
 * @param {readonly string[]} [extra] flags for compiling and linking
 * @returns {string | undefined} what went wrong
 */
export function compileKernels(packageFolder, compiler, temporary, extra = []) {
  const headers = findNodeHeaders(temporary);
  if ('problem' in headers) return headers.problem;
  const sources = join(packageFolder, 'native');
  const variants = Object.entries(process.arch === 'x64' ? x64Kernels : otherKernels);
  const others = ['kernels.cc', 'wasm_face.cc'];
  const rest = readdirSync(sources).filter((name) => name.endsWith('.cc') && !others.includes(name));
  const steps = [
    ...variants.map(([name, own]) => ['kernels.cc', `kernels-${name}`, `-DBRIDLE_KERNELS=${name}`, ...own]),
    ...rest.map((name) => [name, name.replace('.cc', ''), `-I${headers.folder}`]),
  ];
  const objects = [];
  for (const [source, name, ...own] of steps) {
    const object = join(temporary, `${name}.o`);
    const compile = run(compiler, [...compilerFlags, ...extra, ...own, '-c', join(sources, `${source}`), '-o', object]);
    if (compile.status !== 0) return `${compiler} failed:\n${lastLines(compile.output, 6)}`;
    objects.push(object);
  }
  const undefinedLater = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
  const output = ['-o', join(temporary, 'bridle.node')];
  const link = run(compiler, ['-shared', '-pthread', ...undefinedLater, ...extra, ...objects, ...output]);
  return link.status === 0 ? undefined : `${compiler} failed to link:\n${lastLines(link.output, 6)}`;
}

/**
 * Loads the addon in a process of its own.
 * @param {string} path
 * @returns {string | undefined} what went wrong
 */
export function checkKernels(path) {
  const program = `process.exitCode = require(${JSON.stringify(path)}).kernels().length > 0 ? 0 : 1;`;
  const { status, output } = run(process.execPath, ['-e', program], { timeoutMs: 60_000 });
  return status === 0 ? undefined : `the kernels were compiled but do not load:\n${lastLines(output, 4)}`;
}

/** @param {string} packageFolder */
function stampSources(packageFolder) {
  const folder = join(packageFolder, 'native');
  const hash = createHash('sha256').update(JSON.stringify([compilerFlags, x64Kernels, process.platform, process.arch]));
  for (const name of readdirSync(folder).sort()) hash.update(`${name}\n`).update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}
