// The tests of the native kernels on arm64: compiled by a cross compiler, run by an emulator. Says what is missing, and goes
// without. Usage: node scripts/emulate-arm64.mjs; with BRIDLE_FULL=1 every test, otherwise those of the bits.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compilerFlags } from './setup/native-kernels.mjs';
import { lastLines, run, say, withTemporaryFolder } from './setup/shell.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const compiler = 'aarch64-linux-gnu-g++';
const emulator = ['qemu-aarch64', 'qemu-aarch64-static'].find((name) => run(name, ['--version']).status === 0);

/** @param {string} folder @returns {string | undefined} what went wrong */
function test(folder) {
  const native = join(root, 'native');
  const others = ['addon.cc', 'checksum.cc', 'pages.cc', 'wasm_face.cc'];
  const core = readdirSync(native).filter((name) => name.endsWith('.cc') && !others.includes(name));
  const sources = [...core.map((name) => join(native, name)), join(root, 'test', 'unit', 'native', 'replay.cc')];
  const program = join(folder, 'replay');
  const flags = [...compilerFlags, '-DBRIDLE_KERNELS=portable', `-I${native}`, '-static', '-pthread'];
  const build = run(compiler, [...flags, ...sources, '-o', program]);
  if (build.status !== 0) return `${compiler} failed:\n${lastLines(build.output)}`;
  const names =
    process.env.BRIDLE_FULL === '1' ? '^(?!.*simd128)' : 'portable (are within|keep|rounds|has no|gives the bits)';
  const tests = ['--project', 'unit', 'test/unit/native/native-kernels.test.ts', '--testNamePattern', names];
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...tests];
  const env = { ...process.env, BRIDLE_TEST_EMULATED: `${emulator} ${program}` };
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env });
  return status === 0 ? undefined : 'the kernels fail their tests on arm64';
}

if (process.arch === 'arm64') say('the kernels run on arm64 without an emulator here');
else if (emulator === undefined || run(compiler, ['--version']).status !== 0) {
  say('left out: the kernels on arm64. To run them: apt-get install g++-aarch64-linux-gnu qemu-user-static');
} else {
  const problem = withTemporaryFolder(root, test);
  if (problem !== undefined) {
    say(problem);
    process.exitCode = 1;
  }
}
