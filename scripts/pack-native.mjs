// Packs the kernels, compiled for this platform, as the optional package that spares users a compiler.
// Usage: node scripts/pack-native.mjs [DESTINATION]; prints the name of the tarball. How to release it: CONTRIBUTING.md.
import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkKernels, compileKernels, findCompiler, prebuiltPackage } from './setup/native-kernels.mjs';
import { lastLines, run, say, withTemporaryFolder } from './setup/shell.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** The C++ library goes in: the user's may be older than this machine's. */
const flags = process.platform === 'linux' ? ['-static-libstdc++', '-static-libgcc'] : [];

/**
 * @param {string} folder an empty one
 * @param {string} destination
 * @returns {string | undefined} what went wrong
 */
function pack(folder, destination) {
  const compiler = findCompiler();
  if (compiler === undefined) return 'no C++ compiler was found';
  const problem = compileKernels(root, compiler, folder, flags);
  if (problem !== undefined) return problem;
  const packed = join(folder, 'package');
  mkdirSync(packed);
  renameSync(join(folder, 'bridle.node'), join(packed, 'bridle.node'));
  copyFileSync(join(root, 'LICENSE'), join(packed, 'LICENSE'));
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const description = `The native kernels of bridle ${version}, compiled for ${process.platform} ${process.arch}`;
  const place = { os: [process.platform], cpu: [process.arch], ...(isGlibc() && { libc: ['glibc'] }) };
  const manifest = { name: prebuiltPackage, version, description, license, ...place, files: ['bridle.node'] };
  writeFileSync(join(packed, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  const failure = checkKernels(join(packed, 'bridle.node'));
  if (failure !== undefined) return failure;
  const { status, output } = run('npm', ['pack', '--silent', '--pack-destination', destination], { cwd: packed });
  if (status !== 0) return `npm pack failed:\n${lastLines(output)}`;
  console.log(lastLines(output, 1));
  return undefined;
}

function isGlibc() {
  if (process.platform !== 'linux') return false;
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return report.header.glibcVersionRuntime !== undefined;
}

const problem = withTemporaryFolder(root, (folder) => pack(folder, resolve(process.argv[2] ?? '.')));
if (problem !== undefined) {
  say(problem);
  process.exitCode = 1;
}
