// `npm run test:native-sanitize`: the tests of the native kernels with the C++ under the address and undefined-behaviour
// sanitizers. Whatever one of them finds ends the process with its story.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileKernels, isNativeRequired } from './setup/native-kernels.mjs';
import { run, say, withTemporaryFolder } from './setup/shell.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const flags = ['-g', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer'];

process.exitCode = withTemporaryFolder(root, (temporary) => {
  if (run('g++', ['--version']).status !== 0 && !isNativeRequired()) {
    say('left out: the kernels under sanitizers, for there is no g++');
    return 0;
  }
  const problem = compileKernels(root, 'g++', temporary, flags);
  if (problem !== undefined) {
    console.error(problem);
    return 1;
  }
  const names = ['native-kernels', 'native-network', 'carried-state', 'bytes'];
  const tests = names.map((name) => `test/unit/native/${name}.test.ts`);
  const args = ['--project', 'unit', ...tests, '--testNamePattern', '^(?!.*simd128)'];
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', ...args];
  const { status } = spawnSync(process.execPath, vitest, {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      BRIDLE_SWEEP: '1', // every size that the fuzz draws: an edge is where memory is missed
      BRIDLE_TEST_ADDON: join(temporary, 'bridle.node'),
      // Node is built without the sanitizer: its library has to come first. Node's own memory at exit is not our matter.
      LD_PRELOAD: run('g++', ['-print-file-name=libasan.so']).output,
      ASAN_OPTIONS: 'detect_leaks=0',
    },
  });
  return status ?? 1;
});
