// Unit, property and simulation tests run in parallel and in seconds; `sweep` draws more cases for some of them; integration tests
// start real processes, one file at a time.
import { defineConfig } from 'vitest/config';

/** Files that mock a module of Node: they need a module graph of their own. */
const mocked = ['test/unit/checkpoint/run-lock.test.ts'];

/** Files that draw their cases by `breadth` (test/breadth.ts). */
const swept = [
  'test/simulation/simulation.test.ts',
  'test/property/{blocks,kernels,native-boundary,one-pass,protocol}.test.ts',
  'test/unit/checkpoint/{checkpoint,commit-log}.test.ts',
  'test/unit/model/batch-norm.test.ts',
  'test/unit/native/native-kernels.test.ts',
];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: '100%', // one less by default: on two cores nothing would run beside anything
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/property/**/*.test.ts', 'test/simulation/**/*.test.ts'],
          exclude: mocked,
          // One module graph for all files of a process: half the time. Tests leave nothing behind that another could see.
          isolate: false,
          testTimeout: 60_000,
        },
      },
      { test: { name: 'mocked', include: mocked } },
      {
        test: { name: 'sweep', include: swept, isolate: false, testTimeout: 600_000, env: { BRIDLE_SWEEP: '1' } },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          setupFiles: 'test/integration/support/left-behind.ts',
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
